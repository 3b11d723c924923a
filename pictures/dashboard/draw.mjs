// Draws the dashboard as its own JSON lays it out, with the figures that pictures/dashboard/record.ts wrote. A drawing, no screenshot of a console.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import * as vega from 'vega';
import { compile } from 'vega-lite';

/** How wide a letter of a table is, on average. */
const SIGN = 6.9;
const UNIT = 52, GAP = 10, TITLE = 70, FONT = 'Helvetica,Arial,sans-serif';
const THEMES = {
  light: { page: '#f6f8fa', card: '#ffffff', line: '#d1d9e0', ink: '#1f2328', soft: '#59636e', series: ['#0969da', '#bc4c00', '#1a7f37', '#8250df'] },
  dark: { page: '#010409', card: '#0d1117', line: '#3d444d', ink: '#f0f6fc', soft: '#9198a1', series: ['#4493f8', '#f0883e', '#3fb950', '#ab7df8'] },
};
const figures = readFileSync(new URL('figures.json', import.meta.url), 'utf8');
const source = createHash('sha256').update(figures + readFileSync(new URL(import.meta.url), 'utf8')).digest('hex');
const escape = text => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The points of a series, with a gap where hours have none. */
const broken = points => points.flatMap(([minute, value], index) => (index > 0 && minute - points[index - 1][0] > 90 ? [[minute - 30, null], [minute, value]] : [[minute, value]]));

/** The SVG of a graph, by Vega. */
async function graph({ properties }, series, theme, width, height) {
  const right = properties.metrics.filter(row => row.at(-1).visible !== false).map(row => row.at(-1).yAxis === 'right');
  const layer = ['left', 'right'].filter((_, side) => right.includes(side === 1)).map((side, at) => {
    const { label, min, max } = properties.yAxis[side];
    const values = series.filter((_, index) => right[index] === (side === 'right'))
      .flatMap(({ label: name, points }) => broken(points).map(([minute, value]) => ({ name, hour: minute / 60, value })));
    return {
      data: { values },
      mark: { type: 'line', strokeWidth: 2, point: { size: 14 }, ...side === 'right' ? { strokeDash: [4, 3] } : {} },
      encoding: {
        x: { field: 'hour', type: 'quantitative', scale: { domain: [0, 48] }, axis: { title: 'hours', values: [0, 12, 24, 36, 48], grid: false } },
        y: { field: 'value', type: 'quantitative', scale: { domainMin: min, ...max === undefined ? {} : { domainMax: max } }, axis: { title: label, orient: side, tickCount: 5, titleLimit: height, grid: at === 0 } },
        color: { field: 'name', type: 'nominal', scale: { domain: series.map(({ label: name }) => name), range: theme.series }, legend: { title: null, orient: 'bottom', columns: width > 700 ? 0 : 1, symbolType: 'stroke' } },
      },
    };
  });
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width, height, autosize: { type: 'fit', contains: 'padding' }, background: null, layer,
    resolve: { scale: { y: 'independent' } },
    config: {
      font: FONT, view: { stroke: null }, mark: { invalid: 'break-paths-show-path-domains' },
      axis: { labelColor: theme.soft, titleColor: theme.soft, gridColor: theme.line, domainColor: theme.line, tickColor: theme.line, labelFontSize: 14, titleFontSize: 14, titleFontWeight: 'normal' },
      legend: { labelColor: theme.ink, labelFontSize: 14, labelLimit: 260 },
    },
  });
  return new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
}

/** A cell as CloudWatch shows it, a moment to the minute. */
const cell = value => (value === undefined || value === null ? '' : String(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2'));

/** A table whose columns are as wide as their longest cell; the longest are cut until there is room. */
function table({ columns, rows }, theme, width) {
  const texts = [columns, ...rows.map(row => row.map(cell))];
  const lengths = columns.map((_, column) => Math.max(...texts.map(row => row[column].length)));
  const room = width / SIGN - 2 * columns.length;
  while (lengths.reduce((sum, length) => sum + length, 0) > room) { lengths[lengths.indexOf(Math.max(...lengths))] -= 1; }
  let x = 0;
  const starts = lengths.map(length => { const start = x; x += (length + 2) * SIGN; return start; });
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const line = (row, index) => row.map((text, column) => `<text x="${starts[column].toFixed(1)}" y="${16 + index * 26}" font-size="13" fill="${index === 0 ? theme.soft : theme.ink}">${escape(cut(text, lengths[column]))}</text>`).join('');
  return `${texts.map(line).join('')}<path d="M0 25H${width}" stroke="${theme.line}"/>${rows.length === 0 ? `<text x="0" y="42" font-size="13" fill="${theme.soft}">no rows</text>` : ''}`;
}

/** Text in CloudWatch's markdown: a heading and commands. */
const markdown = (text, theme) => text.split('\n').filter(line => line !== '').map((line, index) => (line.startsWith('## ')
  ? `<text x="0" y="24" font-size="22" font-weight="bold" fill="${theme.ink}">${escape(line.slice(3))}</text>`
  : `<text x="0" y="${30 + index * 30}" font-size="14" font-family="ui-monospace,Menlo,Consolas,monospace" fill="${theme.ink}">${escape(line.replaceAll('`', ''))}</text>`)).join('');

async function draw(name, theme) {
  const drawn = JSON.parse(figures);
  const width = 24 * UNIT + GAP, height = TITLE + Math.max(...drawn.map(({ widget }) => widget.y + widget.height)) * UNIT + GAP;
  const widgets = await Promise.all(drawn.map(async ({ widget, figures: given }) => {
    const [x, y, w, h] = [widget.x * UNIT + GAP, TITLE + widget.y * UNIT, widget.width * UNIT - GAP, widget.height * UNIT - GAP];
    const { type, properties } = widget;
    const inner = type === 'metric' ? await graph(widget, given, theme, w - 24, h - 52)
      : type === 'log' ? table(given, theme, w - 24) : markdown(properties.markdown, theme);
    const title = properties.title === undefined ? '' : `<text x="12" y="26" font-size="16" font-weight="bold" fill="${theme.ink}">${escape(properties.title)}</text>`;
    return `<svg x="${x}" y="${y}" width="${w}" height="${h}"><rect x=".5" y=".5" width="${w - 1}" height="${h - 1}" rx="8" fill="${theme.card}" stroke="${theme.line}"/>${title}`
      + `<svg x="12" y="${title === '' ? 14 : 42}" width="${w - 24}" height="${h - 50}">${inner}</svg></svg>`;
  }));
  const svg = `<svg data-source="${source}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`
    + `<rect width="${width}" height="${height}" fill="${theme.page}"/>`
    + `<text x="${GAP + 2}" y="30" font-size="20" font-weight="bold" fill="${theme.ink}">A drawing of a CacheDashboard, no screenshot</text>`
    + `<text x="${GAP + 2}" y="54" font-size="15" fill="${theme.soft}">Two days on the local engine: a vendor withdraws access for four hours, and publishes an image late.</text>${widgets.join('')}</svg>\n`;
  writeFileSync(new URL(`../../docs/pictures/dashboard-${name}.svg`, import.meta.url), svg);
}

for (const [name, theme] of Object.entries(THEMES)) { await draw(name, theme); }
