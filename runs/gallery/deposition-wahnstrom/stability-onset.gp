# stability-onset — drawn by glint report; edit and run 'gnuplot stability-onset.gp' in this folder
set encoding utf8
set datafile missing 'nan'
do for [medium in 'svg png'] {
reset
if (medium eq 'svg') { set terminal svg size 640,440 enhanced font 'Helvetica,14' background '#ffffff' linewidth 1.2; set output 'stability-onset.svg' } else { set terminal pngcairo size 1280,880 enhanced font 'Helvetica,14' fontscale 1.6 linewidth 2.4 pointscale 2; set output 'stability-onset.png' }
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
set xlabel 'T_{sub} / T_g'; set ylabel 'T_{onset} (ε/k_B)'; set bars 0.5; set offsets graph 0.06, graph 0.06, graph 0.06, graph 0.06
set key outside top left horizontal Left reverse
plot 'stability-onset-1.dat' using 1:2:3 with yerrorlines lc rgb '#1d3f8c' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 3e-3 /σ^2/τ', 'stability-onset-1.dat' using 1:4:5 with yerrorbars lc rgb '#1d3f8c' lw 1.0 pt 6 ps 0.8 title 'film-quench', 'stability-onset-2.dat' using 1:2:3 with yerrorlines lc rgb '#c8590c' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 1e-3 /σ^2/τ', 'stability-onset-2.dat' using 1:4:5 with yerrorbars lc rgb '#c8590c' lw 1.0 pt 6 ps 0.8 notitle, 'stability-onset-3.dat' using 1:2:3 with yerrorlines lc rgb '#2f8f6b' lw 1.4 pt 7 ps 0.8 title 'deposit.flux 3e-4 /σ^2/τ', 'stability-onset-3.dat' using 1:4:5 with yerrorbars lc rgb '#2f8f6b' lw 1.0 pt 6 ps 0.8 notitle
unset output
}
