import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WatchedStack } from '../../pictures/dashboard/watched-stack';
import type { Widget } from '../monitoring/watched';

const ROOT = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const DIAGRAMS = readdirSync(join(ROOT, 'pictures/diagrams')).map(file => file.replace('.d2', ''));
const PICTURES = readdirSync(join(ROOT, 'docs/pictures'));
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter(file => file.endsWith('.md')).map(file => `docs/${file}`)];

/** What an SVG says that it was drawn from. */
const saidSource = (svg: string) => /^<svg data-source="(\w+)"/.exec(svg)?.[1];
const hashOf = (...files: string[]) => createHash('sha256').update(files.map(read).join('')).digest('hex');

describe.each(DIAGRAMS)('the diagram %s', name => {
  test.each(['light', 'dark'])('is drawn for %s pages from its source: npm run pictures', theme => {
    expect(saidSource(read(`docs/pictures/${name}-${theme}.svg`)))
      .toBe(hashOf(`pictures/style/${theme}.d2`, 'pictures/style/classes.d2', `pictures/diagrams/${name}.d2`));
  });
});

test('a changed source is noticed', () => {
  expect(saidSource(read('docs/pictures/system-light.svg'))).not.toBe(hashOf('pictures/diagrams/system.d2'));
});

test.each(PICTURES)('%s loads nothing, runs nothing, and is on a page', picture => {
  const svg = read(`docs/pictures/${picture}`);
  expect(svg).not.toMatch(/<script|<foreignObject|\son\w+=|(?:href|src)\s*=\s*["'](?!#|data:)|url\(["']?(?!#|data:|["']?data:)/);
  expect(svg.length).toBeLessThan(300_000);
  expect(PAGES.filter(page => read(page).includes(`docs/pictures/${picture}`) || (page !== 'README.md' && read(page).includes(`pictures/${picture}`))))
    .not.toEqual([]);
});

describe('the drawing of a dashboard', () => {
  const figures = JSON.parse(read('pictures/dashboard/figures.json')) as { widget: Widget; figures: unknown }[];

  test.each(['light', 'dark'])('is drawn for %s pages from its figures: npm run pictures:dashboard', theme => {
    expect(saidSource(read(`docs/pictures/dashboard-${theme}.svg`))).toBe(hashOf('pictures/dashboard/figures.json', 'pictures/dashboard/draw.mjs'));
  });

  test('shows the widgets that a dashboard has: npm run pictures:dashboard', () => {
    const app = new App();
    const stack = new WatchedStack(app, 'Watched', '444455556666');
    const [{ Properties: { DashboardBody: body } }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
    // what is known at deployment only is in the middle of strings
    const text = body['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join('');

    expect(figures.map(({ widget }) => shownOf(widget))).toEqual((JSON.parse(text) as { widgets: Widget[] }).widgets.map(shownOf));
  });

  test('has no empty graph and no empty table', () => {
    const isEmpty = ({ widget: { type }, figures: given }: typeof figures[number]) => type === 'metric'
      ? (given as { points: unknown[] }[]).some(({ points }) => points.length === 0)
      : type === 'log' && (given as { rows: unknown[] }).rows.length === 0;

    expect(figures.filter(isEmpty).map(({ widget }) => widget.properties.title)).toEqual([]);
  });
});

/** What of a widget doesn't depend on the account. */
function shownOf({ type, x, y, width, height, properties: { title, yAxis, view, metrics } }: Widget) {
  return { type, x, y, width, height, title, yAxis, view, metrics: (metrics as unknown[][] | undefined)?.map(row => [row[0], row[1], row.at(-1)]) };
}
