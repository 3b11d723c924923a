// Draws each diagram of pictures/diagrams for light and dark pages, and writes into the SVG what it was drawn from.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { D2 } from '@terrastruct/d2';

const PICTURES = new URL('../docs/pictures/', import.meta.url);
const read = path => readFileSync(new URL(path, import.meta.url), 'utf8');

const d2 = new D2();
for (const file of readdirSync(new URL('diagrams', import.meta.url))) {
  for (const theme of ['light', 'dark']) {
    const source = ['style/' + theme + '.d2', 'style/classes.d2', `diagrams/${file}`].map(read).join('');
    const { diagram, renderOptions } = await d2.compile(source, { layout: 'dagre' });
    const svg = await d2.render(diagram, { ...renderOptions, pad: 8, noXMLTag: true, salt: theme });
    const hash = createHash('sha256').update(source).digest('hex');
    writeFileSync(new URL(file.replace('.d2', `-${theme}.svg`), PICTURES), `${svg.replace('<svg ', `<svg data-source="${hash}" `).trim()}\n`);
  }
}
// its worker would keep the process running
process.exit(0);
