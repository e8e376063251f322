# stability-claims — drawn by glint report; edit and run 'gnuplot stability-claims.gp' in this folder
set encoding utf8
set datafile missing 'nan'
do for [medium in 'svg png'] {
reset
if (medium eq 'svg') { set terminal svg size 900,560 enhanced font 'Helvetica,14' background '#ffffff' linewidth 1.2; set output 'stability-claims.svg' } else { set terminal pngcairo size 1800,1120 enhanced font 'Helvetica,14' fontscale 1.6 linewidth 2.4 pointscale 2; set output 'stability-claims.png' }
set border 3 lc rgb '#333333' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#222222'
set key samplen 1.6 spacing 1.15 font ',12'
set palette defined (0 '#001e5e', 0.03125 '#00265e', 0.0625 '#002e5f', 0.09375 '#003562', 0.125 '#003b65', 0.15625 '#004268', 0.1875 '#00496c', 0.21875 '#005071', 0.25 '#005675', 0.28125 '#005d79', 0.3125 '#00647d', 0.34375 '#006b81', 0.375 '#007285', 0.40625 '#007a89', 0.4375 '#00818c', 0.46875 '#00888f', 0.5 '#009091', 0.53125 '#009892', 0.5625 '#009f93', 0.59375 '#00a792', 0.625 '#00af90', 0.65625 '#00b88c', 0.6875 '#00c084', 0.71875 '#35c77e', 0.75 '#56cc7a', 0.78125 '#6fd277', 0.8125 '#86d774', 0.84375 '#9bdc71', 0.875 '#b0e170', 0.90625 '#c4e570', 0.9375 '#d8e971', 0.96875 '#ebed74', 1 '#fef178')
set linetype 1 lc rgb '#1d3f8c' lw 1.6 pt 7 ps 0.55
set linetype 2 lc rgb '#c8590c' lw 1.6 pt 5 ps 0.55
set linetype 3 lc rgb '#2f8f6b' lw 1.6 pt 9 ps 0.55
set linetype 4 lc rgb '#8a3b8f' lw 1.6 pt 13 ps 0.55
set linetype 5 lc rgb '#7a6a16' lw 1.6 pt 11 ps 0.55
set linetype 6 lc rgb '#5f6b7a' lw 1.6 pt 6 ps 0.55
set multiplot
set bars 0.5; set lmargin at screen 0.47; set rmargin at screen 0.965
set arrow 1 from 0, graph 0 to 0, graph 1 nohead lc rgb '#888888' dt 2
set grid ytics lc rgb '#dddddd' lt 1 lw 0.5
set key outside top right horizontal Left reverse
set tmargin at screen 0.9; set bmargin at screen 0.36
set xlabel 'difference of e_{IS} ± its limit (ε)'
set ytics ('e_{IS}(T_{sub}) has a minimum inside: best T_{sub} against the lowest' 0, 'e_{IS}(T_{sub}) has a minimum inside: best T_{sub} against the highest' -1, 'e_{IS} falls with the flux, mean of T_{sub} < T_{g}' -2, 'e_{IS} below that of the film-quench, mean of T_{sub} < T_{g}' -3, 'e_{IS} below that of the film-quench, at the best T_{sub}' -4, 'e_{IS} below the bulk quench of equal time, mean of T_{sub} < T_{g}' -5, 'e_{IS} below the bulk quench of equal time, at the best T_{sub}' -6, 'e_{IS} below the slowest bulk quench, mean of T_{sub} < T_{g}' -7, 'e_{IS} below the slowest bulk quench, at the best T_{sub}' -8)
set yrange [-8.6:0.6]
plot 'stability-claims-e-1.dat' using 1:2:3 with xerrorbars lc rgb '#1d3f8c' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 3e-3 /σ^2/τ', 'stability-claims-e-2.dat' using 1:2:3 with xerrorbars lc rgb '#c8590c' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 1e-3 /σ^2/τ', 'stability-claims-e-3.dat' using 1:2:3 with xerrorbars lc rgb '#2f8f6b' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 3e-4 /σ^2/τ', 'stability-claims-e-4.dat' using 1:2:3 with xerrorbars lc rgb '#000000' lw 1.4 pt 13 ps 1.3 title 'mean'
set tmargin at screen 0.23; set bmargin at screen 0.11
set xlabel 'difference of T_{onset} ± its limit (ε/k_B)'
set ytics ('onset above that of the film-quench, mean of T_{sub} < T_{g}' 0, 'onset above that of the film-quench, at the best T_{sub}' -1)
set yrange [-1.6:0.6]
plot 'stability-claims-onset-1.dat' using 1:2:3 with xerrorbars lc rgb '#1d3f8c' lw 1.4 pt 7 ps 0.8 notitle, 'stability-claims-onset-2.dat' using 1:2:3 with xerrorbars lc rgb '#c8590c' lw 1.4 pt 7 ps 0.8 notitle, 'stability-claims-onset-3.dat' using 1:2:3 with xerrorbars lc rgb '#2f8f6b' lw 1.4 pt 7 ps 0.8 notitle, 'stability-claims-onset-4.dat' using 1:2:3 with xerrorbars lc rgb '#000000' lw 1.4 pt 13 ps 1.3 notitle
unset multiplot
unset output
}
