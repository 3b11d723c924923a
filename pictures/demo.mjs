// Records `npm run demo` as it runs in a terminal, and writes it as an SVG that plays. Long waits are shortened, nothing else is changed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = 96, ROWS = 26;
const FONT = 14, ADVANCE = FONT * 0.602, LINE = 19, PAD = 18, BAR = 34;
/** Seconds: the longest wait that is shown, the time to read a line, and the last screen. */
const LONGEST = 1.2, READING = 0.3, REST = 6;

/** The recorded chunks, each with the seconds before it. */
function record() {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  try {
    const out = join(folder, 'out'), timing = join(folder, 'timing');
    execFileSync('script', [
      '--quiet', '--return', '--log-out', out, '--log-timing', timing, '--command', `stty cols ${COLUMNS} rows ${ROWS}; npm run --silent demo`,
    ], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    // the first line is script's own
    const bytes = readFileSync(out).subarray(readFileSync(out).indexOf('\n') + 1);
    let at = 0;
    return readFileSync(timing, 'utf8').trim().split('\n').map(line => {
      const [wait, length] = line.split(' ').map(Number);
      return { wait, text: bytes.subarray(at, at += length).toString() };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of the terminal with the second at which each appears. */
function rowsOf(chunks) {
  const rows = [{ at: 0, text: '\u001b[1m$ npm run demo\u001b[0m' }];
  let now = 0.8, rest = '';
  for (const { wait, text } of chunks) {
    now += Math.min(wait, LONGEST);
    const lines = (rest + text.replaceAll('\r', '')).split('\n');
    rest = lines.pop();
    for (const line of lines.flatMap(wrapped)) {
      rows.push({ at: now, text: line });
      now += READING;
    }
  }
  return rows;
}

/** A line as a terminal breaks it, with its color in each row. */
function wrapped(line) {
  const color = /^\u001b\[\d+m/.exec(line)?.[0] ?? '';
  const plain = line.replaceAll(/\u001b\[\d+m/g, '');
  return plain.length <= COLUMNS ? [line] : plain.match(new RegExp(`.{1,${COLUMNS}}`, 'g')).map(part => `${color}${part}`);
}

const escape = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A row's text with what the demo colors. */
function spans(text) {
  let style = '0';
  return text.split(/(\u001b\[\d+m)/).map(part => {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) { style = code; return ''; }
    return part === '' ? '' : style === '0' ? escape(part) : `<tspan class="c${style}">${escape(part)}</tspan>`;
  }).join('');
}

function draw(rows) {
  const total = rows.at(-1).at + REST;
  const percent = at => `${(100 * at / total).toFixed(2)}%`;
  const width = Math.ceil(COLUMNS * ADVANCE + 2 * PAD), height = BAR + ROWS * LINE + PAD;
  // a row that comes when the screen is full moves all others up
  const scroll = rows.map((row, index) => ({ at: row.at, by: Math.max(0, index + 1 - ROWS) * LINE })).filter(({ by }) => by > 0);
  const steps = scroll.map(({ at, by }) => `${percent(at)}{transform:translateY(-${by}px)}`).join('');
  const last = scroll.at(-1)?.by ?? 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A recording of npm run demo">
<style>
text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:#f0f6fc;white-space:pre}
.c1{font-weight:bold}.c2{fill:#9198a1}.c31{fill:#f85149}.c32{fill:#3fb950}
#s{animation:s ${total.toFixed(1)}s step-end infinite}
@keyframes s{0%{transform:none}${steps}100%{transform:translateY(-${last}px)}}
${rows.map(({ at }, index) => `#r${index}{animation:r${index} ${total.toFixed(1)}s step-end infinite}@keyframes r${index}{0%{opacity:0}${percent(at)}{opacity:1}100%{opacity:1}}`).slice(1).join('\n')}
@media (prefers-reduced-motion:reduce){#s{animation:none;transform:translateY(-${last}px)}#s text{animation:none}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117" stroke="#656c76"/>
<circle cx="22" cy="18" r="6" fill="#f85149"/><circle cx="42" cy="18" r="6" fill="#d29922"/><circle cx="62" cy="18" r="6" fill="#3fb950"/>
<text x="${width / 2}" y="22" text-anchor="middle" class="c2">npm run demo: recorded, long waits shortened</text>
<svg y="${BAR}" width="${width}" height="${ROWS * LINE}"><g id="s">
${rows.map(({ text }, index) => `<text id="r${index}" x="${PAD}" y="${FONT + index * LINE}">${spans(text)}</text>`).join('\n')}
</g></svg>
</svg>
`;
}

const svg = draw(rowsOf(record()));
for (const own of [homedir(), hostname(), tmpdir(), ROOT]) {
  if (svg.includes(own)) { throw new Error(`got '${own}' in the recording, expected nothing of this machine: run the demo once more when all is installed`); }
}
writeFileSync(new URL('../docs/pictures/demo.svg', import.meta.url), svg);
