/** The report's whole style: no file, font or picture from outside, light and dark by the reader's own setting. */
export const reportStyle = `
:root { color-scheme: light dark; --bg: #fbfbfa; --panel: #fff; --ink: #1c1d1f; --soft: #63666b; --line: #e3e3e0; --pass: #1a7f4b; --fail: #c0362c; --open: #9a6a00; --mark: #2f6fb3; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #17181a; --panel: #1f2023; --ink: #e8e8e6; --soft: #a0a3a8; --line: #34363a; --pass: #4cc38a; --fail: #f2786d; --open: #e0b354; --mark: #76aee8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 14px/1.55 system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 22px; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 36px 0 10px; }
h3 { font-size: 14px; margin: 18px 0 6px; }
p { margin: 4px 0; }
.soft { color: var(--soft); }
.badge { display: inline-block; padding: 2px 12px; border-radius: 999px; border: 1.5px solid currentColor; font-weight: 600; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .not-judged { color: var(--open); } .none { color: var(--soft); }
.verdict { display: flex; gap: 14px; align-items: center; margin: 20px 0 6px; font-size: 16px; flex-wrap: wrap; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 7px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--soft); font-size: 12px; white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; }
code, .mono { font-family: ui-monospace, 'SFMono-Regular', Consolas, 'Liberation Mono', monospace; font-size: 12.5px; overflow-wrap: anywhere; }
.finding { border: 1px solid var(--line); border-left: 4px solid var(--mark); border-radius: 8px; background: var(--panel); padding: 10px 14px; margin: 8px 0; overflow-wrap: anywhere; }
.own { white-space: pre-line; }
.finding.error { border-left-color: var(--fail); } .finding.warning { border-left-color: var(--open); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); padding: 12px; }
figcaption { color: var(--soft); font-size: 12px; margin-bottom: 6px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 10px system-ui, sans-serif; }
svg .axis { stroke: var(--line); } svg .bar { fill: var(--mark); } svg .bar.over { fill: var(--fail); } svg .tol { stroke: var(--fail); stroke-dasharray: 4 3; fill: none; }
svg .dot { fill: var(--mark); fill-opacity: 0.55; } svg .dot.over { fill: var(--fail); fill-opacity: 0.9; }
footer { margin-top: 40px; color: var(--soft); font-size: 12px; }
@media print { body { background: #fff; } main { max-width: none; padding: 0; } }
`
