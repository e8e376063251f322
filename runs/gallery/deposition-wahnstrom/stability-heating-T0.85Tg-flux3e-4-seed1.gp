# stability-heating-T0.85Tg-flux3e-4-seed1 — drawn by glint report; edit and run 'gnuplot stability-heating-T0.85Tg-flux3e-4-seed1.gp' in this folder
set encoding utf8
set datafile missing 'nan'
do for [medium in 'svg png'] {
reset
if (medium eq 'svg') { set terminal svg size 640,440 enhanced font 'Helvetica,14' background '#ffffff' linewidth 1.2; set output 'stability-heating-T0.85Tg-flux3e-4-seed1.svg' } else { set terminal pngcairo size 1280,880 enhanced font 'Helvetica,14' fontscale 1.6 linewidth 2.4 pointscale 2; set output 'stability-heating-T0.85Tg-flux3e-4-seed1.png' }
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
set xlabel 'T (ε/k_B)'; set ylabel 'H/N of the interior (ε)'
set key top left Left reverse
set arrow from 0.44596662, graph 0 to 0.44596662, graph 1 nohead lc rgb '#c8590c' dt 2
set label 'T_{on} = 0.4460 ± 0.0014 ± 0.0020 ε/k_B' at 0.44596662, graph 0.06 right offset -0.6,0 font ',12'
plot 'stability-heating-T0.85Tg-flux3e-4-seed1-film.dat' using 1:2 with points pt 7 ps 0.25 lc rgb '#1d3f8c' title 'film', 'stability-heating-T0.85Tg-flux3e-4-seed1-control.dat' using 1:2 with points pt 7 ps 0.2 lc rgb '#aaaaaa' title 'film-quench', [0.2355:0.467223958] -7.19329902591889+3.1721521928851*x with lines lc rgb '#c8590c' lw 1.4 notitle, [0.44596662:0.4855] -11.9972585938074+13.944168196492*x with lines lc rgb '#c8590c' lw 1.4 notitle
unset output
}
