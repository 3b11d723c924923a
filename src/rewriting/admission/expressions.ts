import type { NamePattern } from '../lookup';
import type { PolicyTable, ReplacedNames, ServedNames } from './table';

/*
 * Expressions in CEL, the same for Kubernetes' kinds and Kyverno's. No text may make one fail: what an expression can't read stays as it is, or is
 * refused. In the API server they are judged by its own packages: test/external/admission-policies.
 */

/** A named step of a policy. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** The lists of a Pod with images, and where in an entry the image and its pull policy are. */
const LISTS = [
  { list: 'containers', field: 'image', policy: 'imagePullPolicy', path: 'image' },
  { list: 'initContainers', field: 'image', policy: 'imagePullPolicy', path: 'image' },
  { list: 'ephemeralContainers', field: 'image', policy: 'imagePullPolicy', path: 'image' },
  { list: 'volumes', field: 'image.?reference', policy: 'image.?pullPolicy', path: 'image/reference' },
] as const;

type List = typeof LISTS[number];

/* The grammar of github.com/distribution/reference, as far as a name without its host goes. */
const PART = '[a-z0-9]+(?:(?:[.]|_|__|-+)[a-z0-9]+)*';
const TAG = ':[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})';
const NAME = `^[^/]+/${PART}(?:/${PART})*(?:${TAG})?(?:${DIGEST})?$`;
/** Docker takes a text of 64 hexadecimal digits for the id of an image. */
const IMAGE_ID = '^[0-9a-f]{64}$';
/** A first part that is a host: it has a dot, a port or an upper-case letter. */
const WITH_HOST = '^[^/]*[.:A-Z][^/]*/';
const WITHOUT_PORT = '^[a-z0-9.-]+/';
const LONGEST_PATH = 255;
const LONGEST_REPOSITORY = 256;

/** Steps that read the names of a Pod's images: `names` complete and without version, `versions` behind them; empty for what stays. */
function readingSteps(table: PolicyTable): Variable[] {
  return [
    { name: 'before', expression: `request.operation == 'UPDATE' ? ${LISTS.map(one => keysOf('oldObject.spec', one)).join(' + ')} : []` },
    { name: 'images', expression: LISTS.map(imagesOf).join(' + ') },
    { name: 'complete', expression: completed('variables.images', table) },
    { name: 'names', expression: named('variables.complete') },
  ];
}

/** Steps that find the cached image of each name. */
export function rewritingSteps(table: PolicyTable): Variable[] {
  const stays = or([
    "n == ''",
    ...table.digests ? [] : ["variables.complete[i].contains('@')"],
    ...table.exceptions.map(one => matches('n', one)),
  ]);
  const targets = table.scopes.reduceRight((otherwise, { replaced, served }) => replaced.reduceRight(
    (rest, one) => `${matches('n', one.pattern)} ? (${replacement(one)}) : ${rest}`,
    served.reduceRight((rest, one) => `n.startsWith(${text(one.from)}) ? ${below(one, `n.replace(${text(one.from)}, '', 1)`)} : ${rest}`, otherwise)), "''");
  return [
    ...readingSteps(table),
    // of a tag and a digest, the digest alone
    {
      name: 'versions',
      expression: "variables.complete.map(t, t.contains('@') ? t.substring(t.indexOf('@')) : t.find(r':[^:/]*$'))",
    },
    { name: 'targets', expression: `variables.names.transformList(i, n, ${stays} ? '' : ${targets}).map(n, ${pathLength('n')} > ${LONGEST_REPOSITORY} ? '' : n)` },
    {
      name: 'starts',
      expression: `[0, ${LISTS.slice(0, -1).map((_, at) => LISTS.slice(0, at + 1).map(sizeOf).join(' + ')).join(', ')}]`,
    },
  ];
}

/** The patch of all images that a cache has. */
export function patches(): string {
  return LISTS.map(({ list, path }, at) => `${all(list)}.transformList(i, c, variables.targets[variables.starts[${at}] + i] != '', `
    + `JSONPatch{op: 'replace', path: '/spec/${list}/' + string(i) + '/${path}', `
    + `value: variables.targets[variables.starts[${at}] + i] + variables.versions[variables.starts[${at}] + i]})`).join(' + ');
}

/** Steps that find the images which neither come from a cache nor are excepted. */
export function refusingSteps(table: PolicyTable, mirrored: boolean): Variable[] {
  const served = table.scopes.flatMap(scope => scope.served).map(({ from }) => from);
  const taken = [
    ...table.exceptions.map(one => matches('n', one)),
    ...mirrored ? [and([
      `n.matches(${pattern(WITHOUT_PORT)})`,
      or([...new Set(served)].map(from => `n.startsWith(${text(from)})`)),
    ])] : [],
  ];
  const own = and([or(table.cached.map(start => `t.startsWith(${text(start)})`)), `t.matches(${pattern(NAME)})`]);
  const [before, images] = readingSteps(table);
  return [before, images, {
    name: 'refused',
    expression: `variables.images.filter(t, t != '' && !${own} && !${named(completed('[t]', table))}.exists(n, ${or(taken)}))`,
  }];
}

/** The names in a list as Docker completes them, with their versions; empty for what stays and for what is no name. */
function completed(list: string, table: PolicyTable): string {
  const stays = or([...table.cached.map(start => `a.startsWith(${text(start)})`), `a.matches(${pattern(IMAGE_ID)})`]);
  return `${list}.map(a, ${stays} ? '' : a.matches(${pattern(WITH_HOST)}) || a.startsWith('localhost/') ? a : 'docker.io/' + a)`
    + ".map(a, a.startsWith('index.docker.io/') ? a.replace('index.', '', 1) : a)"
    + `.map(a, a.matches(${pattern('^docker[.]io/[^/]*$')}) ? a.replace('docker.io/', 'docker.io/library/', 1) : a)`
    + `.map(a, a.matches(${pattern(NAME)}) ? a : '')`;
}

/** Complete names without their versions; empty for one that is too long. */
function named(list: string): string {
  return `${list}.map(a, a.find(${pattern('^[^/]*/[^:@]*')})).map(a, ${pathLength('a')} > ${LONGEST_PATH} ? '' : a)`;
}

function replacement({ pattern: one, to, completes }: ReplacedNames): string {
  const target = below({ to, completes }, `n.replace(${text(one.start)}, '', 1)`);
  // another registry's image has another digest
  return `variables.complete[i].contains('@') ? '' : ${one.open ? target : text(to + word(one, completes))}`;
}

function word({ start }: NamePattern, completes: boolean): string {
  return `${completes ? 'library/' : ''}${start.slice(start.lastIndexOf('/') + 1)}`;
}

/** The cached name of what follows in an upstream's name. */
function below({ to, completes }: Pick<ServedNames, 'to' | 'completes'>, rest: string): string {
  return completes ? `(${rest}.contains('/') ? ${text(to)} : ${text(`${to}library/`)}) + ${rest}` : `${text(to)} + ${rest}`;
}

function matches(variable: string, { start, open }: NamePattern): string {
  return open ? `${variable}.startsWith(${text(start)})` : `${variable} == ${text(start)}`;
}

/** On updates only what is new counts: the images of running Pods are neither changed nor judged again. */
function imagesOf({ list, field, policy }: List): string {
  return `${all(list)}.map(c, c.?${policy}.orValue('') == 'Never' || (${key(list, field)}) in variables.before ? '' : c.?${field}.orValue(''))`;
}

function keysOf(spec: string, { list, field }: List): string {
  return `${spec}.?${list}.orValue([]).map(c, ${key(list, field)})`;
}

function key(list: string, field: string): string {
  return `${text(`${list} `)} + c.name + ' ' + c.?${field}.orValue('')`;
}

function all(list: string): string {
  return `object.spec.?${list}.orValue([])`;
}

function sizeOf({ list }: List): string {
  return `size(${all(list)})`;
}

function pathLength(variable: string): string {
  return `size(${variable}) - ${variable}.indexOf('/') - 1`;
}

function or(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'false' : `(${conditions.join(' || ')})`;
}

function and(conditions: readonly string[]): string {
  return `(${conditions.join(' && ')})`;
}

/** A literal; names of images and registries hold no quotes. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A literal whose backslashes stay. */
function pattern(value: string): string {
  return `r'${value}'`;
}
