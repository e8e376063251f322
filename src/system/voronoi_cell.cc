/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/voronoi_cell.h"

#include <new>
#include <vector>

#include <voro++/voro++.hh>

struct voronoi_cell {
    voro::voronoicell_neighbor cell;
    std::vector<int> number, corner;
    std::vector<double> area, vertex;
};

/* Voro++ throws std::bad_alloc, and whatever else it may throw must not reach C. */
template <class F> static int guarded(F work) noexcept
{
    try {
        return work();
    } catch (...) {
        return VORONOI_CELL_FAILED;
    }
}

extern "C" struct voronoi_cell *voronoi_cell_new(void)
{
    voronoi_cell *c = nullptr;
    guarded([&] {
        c = new voronoi_cell;
        return 0;
    });
    return c;
}

extern "C" void voronoi_cell_delete(struct voronoi_cell **c)
{
    delete *c;
    *c = nullptr;
}

extern "C" int voronoi_cell_start(struct voronoi_cell *c, double half)
{
    return guarded([&] {
        c->cell.init(-half, half, -half, half, -half, half);
        return int(VORONOI_CELL_LEFT);
    });
}

extern "C" int voronoi_cell_cut(struct voronoi_cell *c, const double d[3], double r2, int number)
{
    return guarded([&] {
        return int(c->cell.nplane(d[0], d[1], d[2], r2, number) ? VORONOI_CELL_LEFT : VORONOI_CELL_GONE);
    });
}

extern "C" double voronoi_cell_radius2(struct voronoi_cell *c)
{
    return 0.25 * c->cell.max_radius_squared(); /* the library keeps vertices at twice their distance */
}

extern "C" int voronoi_cell_faces(struct voronoi_cell *c, struct voronoi_faces *f)
{
    return guarded([&] {
        c->cell.neighbors(c->number);
        c->cell.face_areas(c->area);
        c->cell.face_vertices(c->corner);
        c->cell.vertices(c->vertex);
        *f = voronoi_faces{int(c->number.size()), int(c->vertex.size() / 3), c->number.data(), c->area.data(),
                           c->corner.data(),      c->vertex.data(),          c->cell.volume()};
        return int(VORONOI_CELL_LEFT);
    });
}
