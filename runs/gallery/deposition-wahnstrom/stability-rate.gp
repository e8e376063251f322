# stability-rate — drawn by glint report; edit and run 'gnuplot stability-rate.gp' in this folder
set encoding utf8
set datafile missing 'nan'
do for [medium in 'svg png'] {
reset
if (medium eq 'svg') { set terminal svg size 900,430 enhanced font 'Helvetica,14' background '#ffffff' linewidth 1.2; set output 'stability-rate.svg' } else { set terminal pngcairo size 1800,860 enhanced font 'Helvetica,14' fontscale 1.6 linewidth 2.4 pointscale 2; set output 'stability-rate.png' }
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
set multiplot layout 1,2 margins 0.09,0.985,0.16,0.86 spacing 0.08
set logscale x; set format x '10^{%T}'; set bars 0.5; set offsets graph 0.1, graph 0.1, 0, 0
set key outside top left horizontal Left reverse
set ylabel 'e_{IS} (ε)'
set xlabel 'flux (/σ^2/τ)'
set yrange [-7.22068198:-7.01884778]
plot 'stability-rate-flux-1.dat' using 1:2:3 with yerrorlines lc rgb '#1d3f8c' lw 1.4 pt 7 ps 0.8 title 'deposit.T 0.60 T_g', 'stability-rate-flux-1.dat' using 1:4:5 with yerrorbars lc rgb '#1d3f8c' lw 1.0 pt 6 ps 0.8 title 'film-quench', 'stability-rate-flux-2.dat' using 1:2:3 with yerrorlines lc rgb '#c8590c' lw 1.4 pt 7 ps 0.8 title 'deposit.T 0.75 T_g', 'stability-rate-flux-2.dat' using 1:4:5 with yerrorbars lc rgb '#c8590c' lw 1.0 pt 6 ps 0.8 notitle, 'stability-rate-flux-3.dat' using 1:2:3 with yerrorlines lc rgb '#2f8f6b' lw 1.4 pt 7 ps 0.8 title 'deposit.T 0.85 T_g', 'stability-rate-flux-3.dat' using 1:4:5 with yerrorbars lc rgb '#2f8f6b' lw 1.0 pt 6 ps 0.8 notitle, 'stability-rate-flux-4.dat' using 1:2:3 with yerrorlines lc rgb '#8a3b8f' lw 1.4 pt 7 ps 0.8 title 'deposit.T 0.95 T_g', 'stability-rate-flux-4.dat' using 1:4:5 with yerrorbars lc rgb '#8a3b8f' lw 1.0 pt 6 ps 0.8 notitle, 'stability-rate-flux-5.dat' using 1:2:3 with yerrorlines lc rgb '#7a6a16' lw 1.4 pt 7 ps 0.8 title 'deposit.T 1.10 T_g', 'stability-rate-flux-5.dat' using 1:4:5 with yerrorbars lc rgb '#7a6a16' lw 1.0 pt 6 ps 0.8 notitle
set xlabel 'cooling rate (ε/k_B/τ)'; unset ylabel
plot 'stability-rate-bulk.dat' using 1:2 with points pt 7 ps 0.8 lc rgb '#444444' title 'bulk quenches', -7.10792342051+0.0391969694387*(log10(x)--3.56063972117) with lines lc rgb '#444444' notitle
unset multiplot
unset output
}
