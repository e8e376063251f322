/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/fit/least_squares.h"
#include "base/mem.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>

enum { ITERATIONS_MAX = 200 };

struct call {
    const struct least_squares_problem *p;
    double *residual; /* contiguous: GSL differentiates into columns of a row-major matrix */
};

static int gsl_residual(const gsl_vector *theta, void *context, gsl_vector *f)
{
    const struct call *c = context;
    double t[LEAST_SQUARES_MAX];
    for (size_t i = 0; i < c->p->parameters; i++) t[i] = gsl_vector_get(theta, i);
    c->p->residual(t, c->residual, c->p->context);
    for (size_t i = 0; i < c->p->points; i++)
        gsl_vector_set(f, i, isfinite(c->residual[i]) ? c->residual[i] : 1e30);
    return GSL_SUCCESS;
}

/* Largest |cos| between the residual vector and a column of the Jacobian. */
static double largest_cosine(const gsl_multifit_nlinear_workspace *w, size_t parameters)
{
    const gsl_matrix *jacobian = gsl_multifit_nlinear_jac(w);
    const gsl_vector *f = gsl_multifit_nlinear_residual(w);
    double length = gsl_blas_dnrm2(f), largest = 0.0;
    if (length == 0.0) return 0.0;
    for (size_t j = 0; j < parameters; j++) {
        gsl_vector_const_view column = gsl_matrix_const_column(jacobian, j);
        double product, norm = gsl_blas_dnrm2(&column.vector);
        gsl_blas_ddot(&column.vector, f, &product);
        if (norm > 0.0) largest = fmax(largest, fabs(product) / (norm * length));
    }
    return largest;
}

static void read_result(const gsl_multifit_nlinear_workspace *w, size_t parameters, int code,
                        struct least_squares_result *r)
{
    const gsl_vector *f = gsl_multifit_nlinear_residual(w);
    gsl_blas_ddot(f, f, &r->chi2);
    r->iterations = (int)gsl_multifit_nlinear_niter(w);
    /* a chi^2 at rounding level of its residuals is an exact fit, where the cosine is noise */
    r->converged = code == GSL_SUCCESS || largest_cosine(w, parameters) < 1e-4 || r->chi2 < 1e-24;
    gsl_matrix *c = gsl_matrix_alloc(parameters, parameters);
    bool known = c && gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(w), 0.0, c) == GSL_SUCCESS;
    for (size_t i = 0; i < parameters; i++) {
        r->theta[i] = gsl_vector_get(gsl_multifit_nlinear_position(w), i);
        for (size_t j = 0; j < parameters; j++) {
            double v = known ? gsl_matrix_get(c, i, j) : (double)NAN;
            r->covariance[i][j] = i == j && !(v > 0.0) ? (double)NAN : v;
        }
    }
    if (c) gsl_matrix_free(c);
}

status least_squares_solve(const struct least_squares_problem *p, const double *start,
                           struct least_squares_result *r)
{
    *r = (struct least_squares_result){0};
    if (p->parameters < 1 || p->parameters > LEAST_SQUARES_MAX || p->points < p->parameters)
        return fail(
            BAD_INPUT,
            "a fit of %zu parameters to %zu points: want 1 to %d parameters and at least as many points",
            p->parameters, p->points, (int)LEAST_SQUARES_MAX);
    gsl_set_error_handler_off();
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    how.trs = gsl_multifit_nlinear_trs_lm;
    how.fdtype = GSL_MULTIFIT_NLINEAR_CTRDIFF;
    how.h_df = 6e-6; /* cube root of the machine precision: best for central differences */
    struct call call = {.p = p};
    TRY(NEW(call.residual, p->points));
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, p->points, p->parameters);
    if (!w) {
        DELETE(call.residual);
        return fail(FAILED, "no memory for a fit of %zu points", p->points);
    }
    gsl_multifit_nlinear_fdf system = {
        .f = gsl_residual, .n = p->points, .p = p->parameters, .params = &call};
    gsl_vector_const_view begin = gsl_vector_const_view_array(start, p->parameters);
    int info = 0, code = gsl_multifit_nlinear_init(&begin.vector, &system, w);
    if (code == GSL_SUCCESS)
        code = gsl_multifit_nlinear_driver(ITERATIONS_MAX, 1e-9, 1e-10, 0.0, NULL, NULL, &info, w);
    read_result(w, p->parameters, code, r);
    gsl_multifit_nlinear_free(w);
    DELETE(call.residual);
    return OK;
}
