/**
 * The page's style sheet. Text colours reach a contrast of 4.5 : 1 on every
 * surface they stand on, in both themes; a test measures it. Printing takes
 * the light theme.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f8; --surface: #ffffff; --sunk: #f3f5f7; --ink: #1b1f24; --muted: #56606b; --rule: #dfe3e8;
  --go: #17734a; --no-go: #b3261e; --not-proven: #8a5a00;
  --not-proven-soft: #fdf4e1;
  --critical: #a61b14; --high: #dd6b28; --medium: #e6ae3c; --low: #98a1aa;
  --matched: #2f8f63; --known: #7ea6d8; --mismatched: #b3261e; --pending: #7d8b99; --unproven: #d39a2c;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #101316; --surface: #171b20; --sunk: #1f252b; --ink: #e8ebee; --muted: #a3adb8; --rule: #2e353d;
    --go: #5cc78f; --no-go: #ff8f85; --not-proven: #e9b657;
    --not-proven-soft: #2e2412;
    --critical: #ff6b5e; --high: #f0924f; --medium: #e3b95a; --low: #858f99;
    --matched: #4bb282; --known: #6f97c9; --mismatched: #ff6b5e; --pending: #93a1af; --unproven: #e0ac45;
  }
}
.go { --accent: var(--go); }
.no_go { --accent: var(--no-go); }
.not_proven { --accent: var(--not-proven); }

*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
.sheet { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
a { color: inherit; text-decoration-color: var(--muted); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
h1, h2, h3, p, dl, dd, ul, ol, figure { margin: 0; }
h2 { font-size: 1.3rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 650; }
code, .id { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
.id, code, .data { overflow-wrap: anywhere; }
.barcode { display: inline-block; min-width: 8.5rem; }
.muted, small { color: var(--muted); font-size: .875rem; }
.hidden {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; border: 0;
}
.skip { position: absolute; left: -999rem; top: .5rem; padding: .5rem 1rem; background: var(--surface); z-index: 2; }
.skip:focus { left: .5rem; }

.masthead { display: flex; flex-wrap: wrap; gap: .25rem 2rem; justify-content: space-between; align-items: baseline; }
.masthead h1 { font-size: 1rem; font-weight: 650; }
.masthead p { color: var(--muted); font-size: .875rem; }

.banner {
  margin-top: 1.5rem; padding: .9rem 1.25rem; border: 1px solid var(--not-proven); border-radius: .6rem;
  background: var(--not-proven-soft); font-size: .925rem;
}
.banner strong { color: var(--not-proven); }
.banner:is(.go, .no_go, .not_proven) { border-color: var(--accent); background: var(--surface); }
.banner:is(.go, .no_go, .not_proven) strong { color: var(--accent); }

.verdict {
  margin-top: 1.5rem; padding: 2.25rem 2.25rem 2rem; background: var(--surface);
  border: 1px solid var(--rule); border-top: .35rem solid var(--accent); border-radius: .75rem;
}
.verdict .word {
  display: flex; align-items: center; gap: .9rem; color: var(--accent);
  font-size: clamp(min(2.25rem, 9vw), 7vw, 3.5rem); line-height: 1.1; font-weight: 700; letter-spacing: -.03em;
}
.verdict .word svg { width: .82em; height: .82em; flex: none; }
.verdict .word circle { fill: var(--accent); stroke: none; }
.verdict .word path { stroke: var(--surface); }
.verdict .meaning { margin-top: .75rem; font-size: 1.25rem; line-height: 1.45; max-width: 44rem; }
.verdict .scope { margin-top: 1.5rem; color: var(--muted); font-size: .925rem; max-width: 46rem; }
.reasons { margin-top: 1.75rem; padding: 0; list-style: none; border-top: 1px solid var(--rule); }
.reasons li {
  display: grid; grid-template-columns: 1fr 1fr; gap: .25rem 2.5rem; padding: .95rem 0; border-bottom: 1px solid var(--rule);
}
.reasons .why { font-weight: 600; }
.reasons .next::before { content: attr(data-label); display: block; color: var(--muted); font-size: .8125rem; }
.reasons .why::before { content: attr(data-label); display: block; color: var(--muted); font-size: .8125rem; font-weight: 400; }
.reasons li + li .why::before, .reasons li + li .next::before { content: none; }

.figures { display: grid; grid-template-columns: repeat(5, 1fr); gap: 1px; margin-top: 1.5rem;
  background: var(--rule); border: 1px solid var(--rule); border-radius: .75rem; overflow: hidden; }
.figures.four { grid-template-columns: repeat(4, 1fr); }
.figures div { display: flex; flex-direction: column; background: var(--surface); padding: 1.1rem 1.15rem 1.2rem; }
.figures dt { color: var(--muted); font-size: .8125rem; line-height: 1.35; }
.figures dd { margin-top: .35rem; font-size: 1.6rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; }
.figures dd small { display: block; margin-top: .3rem; font-size: .8125rem; line-height: 1.35; font-weight: 400; letter-spacing: 0; }

nav.contents { margin-top: 1.75rem; font-size: .9rem; }
nav.contents ul { display: flex; flex-wrap: wrap; gap: .35rem 1.4rem; padding: 0; list-style: none; }

.section { margin-top: 3.5rem; scroll-margin-top: 1rem; }
.section > .intro { margin-top: .4rem; color: var(--muted); max-width: 46rem; }
.section > :is(figure, table, .empty, details, dl, .rates) { margin-top: 1.25rem; }
.section > .answer { margin-top: .75rem; max-width: 46rem; font-weight: 600; }
.section > h3 { margin-top: 2rem; }
.section > h3 + * { margin-top: .6rem; }
.cut, .note { margin-top: .75rem; color: var(--muted); font-size: .875rem; max-width: 46rem; }
.empty { color: var(--muted); }
.codes { padding-left: 1.25rem; font-size: .925rem; }

.rates { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.rate { background: var(--surface); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.15rem 1.25rem; }
.rate .value { font-size: 1.9rem; line-height: 1.25; font-weight: 650; letter-spacing: -.02em; }
.rate .sum { font-size: .925rem; }
.rate .formula { margin-top: .5rem; color: var(--muted); font-size: .875rem; }

figure { background: var(--surface); border: 1px solid var(--rule); border-radius: .6rem; padding: 1.25rem; }
figure svg { display: block; width: 100%; height: auto; }
figure .stretch { border-radius: .3rem; overflow: hidden; }
figure .stretch svg { height: 1.25rem; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 0 0 1rem; padding: 0; list-style: none;
  color: var(--muted); font-size: .875rem; }
.swatch { display: inline-block; width: .7rem; height: .7rem; margin-right: .5rem; border-radius: .15rem;
  border: 1px solid transparent; vertical-align: -.05em; background: var(--tint); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.swatch.hollow { background: var(--surface); border-color: var(--tint); }
.tint-critical { --tint: var(--critical); } .tint-high { --tint: var(--high); }
.tint-medium { --tint: var(--medium); } .tint-low { --tint: var(--low); }
.tint-matched { --tint: var(--matched); } .tint-mismatched { --tint: var(--mismatched); }
.tint-known { --tint: var(--known); } .tint-pending { --tint: var(--pending); } .tint-not_proven { --tint: var(--unproven); }

table { width: 100%; border-collapse: collapse; font-size: .925rem; line-height: 1.45; }
th, td { padding: .6rem 1rem .6rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: .8125rem; vertical-align: bottom; padding-bottom: .45rem; }
tbody th { font-weight: 600; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
.kind-text { margin-top: .15rem; color: var(--muted); font-weight: 400; }
th :is(code, .id, small) { font-weight: 400; }
.number + :is(th, td):not(.number) { padding-left: 1rem; }
.mark { white-space: nowrap; }
.bar { display: block; height: .55rem; min-width: 3px; margin-top: .45rem; border-radius: .15rem; background: var(--accent);
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.bar-cell { width: 40%; }
time span { white-space: nowrap; }
.pair > span { display: block; }
.pair > .sided { display: grid; grid-template-columns: 3.2rem 1fr; }
.pair .side { color: var(--muted); font-size: .8125rem; }

.findings tbody { border-bottom: 1px solid var(--rule); }
.findings tbody :is(th, td) { border-bottom: 0; }
.findings tbody tr:first-child :is(th, td) { padding-bottom: .1rem; padding-top: .8rem; }
.findings tbody tr:last-child td { padding: 0 0 .7rem; }
#families td, #families th, #known td, #known th, #recall td { overflow-wrap: anywhere; }
.trend { display: block; width: 5.25rem; height: 1.5rem; margin-top: .35rem; fill: var(--muted); }
.badge { font-size: .75rem; font-weight: 650; border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem; }
details > summary { cursor: pointer; color: var(--muted); font-size: .875rem; padding: .15rem 0; }
details > summary:hover { color: var(--ink); }
details[open] > summary { margin-bottom: .6rem; }
.facts { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .3rem 1.25rem; font-size: .875rem; }
.facts dt { color: var(--muted); }
.facts dd { min-width: 0; overflow-wrap: anywhere; }
.facts ol { padding-left: 1.25rem; }
.facts dd code { color: var(--muted); }
.facts .facts { margin: .1rem 0 .3rem; grid-template-columns: minmax(6rem, 9rem) 1fr; font-size: 1em; }
details .facts { background: var(--sunk); border-radius: .5rem; padding: 1rem 1.15rem; }
details .facts .facts { padding: 0; }
.utc { color: var(--muted); white-space: nowrap; }

.ok { color: var(--go); white-space: nowrap; } .bad { color: var(--no-go); font-weight: 650; white-space: nowrap; }
.zero-sum { font-size: 1.1rem; }
.words { display: grid; grid-template-columns: 1fr 1fr; gap: 1.1rem 2.5rem; font-size: .925rem; }
.words dt { font-weight: 600; }
.words dd { color: var(--muted); }
footer { margin-top: 4rem; padding-top: 1.25rem; border-top: 1px solid var(--rule); color: var(--muted); font-size: .875rem; }
footer p + p { margin-top: .3rem; }

@media (max-width: 56rem) {
  .figures { grid-template-columns: repeat(6, 1fr); }
  .figures div { grid-column: span 2; }
  .figures div:nth-child(n + 4) { grid-column: span 3; }
  .figures.four { grid-template-columns: repeat(2, 1fr); }
  .figures.four div:nth-child(n) { grid-column: auto; }
}
@media screen and (max-width: 60rem) {
  table { font-size: .85rem; }
  th, td { padding-right: .5rem; }
  .number + :is(th, td):not(.number) { padding-left: .5rem; }
  .wide { display: none; }
  .narrow { display: block; max-width: 30rem; }
}
@media screen and (max-width: 52rem) {
  table { font-size: .925rem; }
  .sheet { padding: 1.25rem 1rem 3rem; }
  .verdict { padding: 1.5rem 1.25rem 1.25rem; }
  .verdict .meaning { font-size: 1.125rem; }
  .reasons li, .rates, .words { grid-template-columns: 1fr; }
  .reasons li + li .next::before { content: attr(data-label); }
  .figures { grid-template-columns: 1fr 1fr; }
  .figures div, .figures div:nth-child(n + 4) { grid-column: auto; }
  .figures:not(.four) div:first-child { grid-column: 1 / -1; }
  .section { margin-top: 2.75rem; }
  figure { padding: 1rem; }
  .facts, .facts .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
  table.stack, .stack tbody, .stack tfoot, .stack tr, .stack th, .stack td { display: block; width: auto; }
  .stack thead { display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { padding: .75rem 0; border-bottom: 1px solid var(--rule); }
  .stack th, .stack td { padding: .1rem 0; border: 0; text-align: left; white-space: normal; }
  .stack td[data-label] { position: relative; min-height: 1.6rem; padding-left: 38%; }
  .stack td[data-label]::before {
    content: attr(data-label); position: absolute; left: 0; top: .2rem; width: 36%; color: var(--muted); font-size: .8125rem;
  }
  .tight tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.6rem, 1fr)); gap: .1rem .5rem; }
  .tight :is(th, td:not(.number)) { grid-column: 1 / -1; }
  .tight td.number[data-label] { padding-left: 0; }
  .tight td.number[data-label]::before { display: block; position: static; width: auto; }
  .stack td:empty { display: none; }
  .findings.stack tr { padding: 0; border: 0; }
  .findings.stack tbody { padding: .8rem 0; }
  .findings tbody tr:first-child { display: flex; flex-direction: column; }
  .findings tbody tr:first-child th { order: -1; }
  .findings tbody tr:first-child :is(th, td) { padding-top: .1rem; padding-bottom: .1rem; }
  .findings tbody tr:last-child td { padding: .35rem 0 0; }
  .bar-cell { width: 30%; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { background: #fff; font-size: 10.5pt; }
  .sheet { max-width: none; padding: 0; }
  table { font-size: 8.5pt; }
  table.tight { font-size: 7.5pt; }
  thead th { font-size: 1em; }
  th, td { padding-right: .4rem; }
  .number + :is(th, td):not(.number) { padding-left: .4rem; }
  nav.contents, .skip { display: none; }
  .section { margin-top: 2rem; }
  h2, h3, thead { break-after: avoid; }
  tr, figure, .verdict, .rate, .figures, .reasons li, .findings tbody { break-inside: avoid; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
