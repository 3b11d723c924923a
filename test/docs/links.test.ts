import { existsSync, readdirSync, readFileSync, statSync } from 'fs';
import { dirname, join } from 'path';

const ROOT = join(__dirname, '../..');
const markdownBelow = (folder: string) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.md') && !file.startsWith('reference/')).map(file => join(folder, file));
/** Where this repository's files are for who reads a page elsewhere, as the README is on npm, PyPI and NuGet. */
const HERE = /^https:\/\/(?:github|raw\.githubusercontent)\.com\/ecr-pull-through-cache\/cdk-ecr-pull-through-cache\/(?:(blob|tree)\/)?main\//;
const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'local/README.md', ...markdownBelow('docs')];

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): string[] {
  return [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)]
    .map(([, heading]) => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'));
}

/** The links and pictures of a page. */
function linksOf(text: string): string[] {
  return [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)].map(([, link, picture]) => link ?? picture);
}

/** The links of a page that lead to no file, or to no heading of one. */
function deadLinks(page: string, text = readFileSync(join(ROOT, page), 'utf8')): string[] {
  return linksOf(text).filter(link => HERE.test(link) || !/^[a-z]+:/.test(link)).filter(link => {
    const [own, kind] = HERE.exec(link) ?? [];
    const [path, anchor] = link.replace(HERE, '').split('#');
    const target = join(ROOT, own === undefined ? dirname(page) : '', path);
    if (path !== '' && !existsSync(target)) { return true; }
    // GitHub shows a folder below `tree`, a file below `blob`
    if (kind !== undefined && (kind === 'tree') !== statSync(target).isDirectory()) { return true; }
    return anchor !== undefined && !anchorsOf(path === '' ? text : readFileSync(target, 'utf8')).includes(anchor);
  });
}

test.each(PAGES)('every link of %s leads to a file or heading of this repository', page => {
  expect(deadLinks(page)).toEqual([]);
});

test('a link of the README leads somewhere from every page that shows it', () => {
  expect(linksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter(link => !/^(https:\/\/|#)/.test(link))).toEqual([]);
});

test('a link to a file or heading that is not there is found', () => {
  const text = '# Some heading\n[a](#some-heading) [b](../README.md) [c](https://example.com) [d](gone.md) [e](#other) [f](../README.md#gone)';
  expect(deadLinks('docs/page.md', text)).toEqual(['gone.md', '#other', '../README.md#gone']);
  const own = 'https://github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache/blob/main/';
  expect(deadLinks('README.md', `[a](${own}SECURITY.md) [b](${own}gone.md) <img src="docs/pictures/gone.svg">`)).toEqual([`${own}gone.md`, 'docs/pictures/gone.svg']);
});

test('a full link to a file, heading or folder of this repository that is not there is found', () => {
  const base = 'https://github.com/ecr-pull-through-cache/cdk-ecr-pull-through-cache';
  const [dead, heading, folder, fine] = [`${base}/blob/main/docs/gone.md`, `${base}/blob/main/README.md#gone`, `${base}/blob/main/docs`, `${base}/tree/main/docs`];

  expect(deadLinks('README.md', `[a](${dead}) [b](${heading}) [c](${folder}) [d](${fine})`)).toEqual([dead, heading, folder]);
});
