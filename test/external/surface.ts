import { docstringProblems, parameterProblems } from './docstrings';
import type { Docs } from './docstrings';

/** As much of a jsii assembly, the file `.jsii`, as is looked at here. */
export interface Assembly {
  readonly types: { readonly [fqn: string]: TypeOfAssembly };
}

interface Documented {
  readonly name: string;
  readonly static?: boolean;
  readonly docs?: Docs;
}

interface Typed {
  readonly primitive?: string;
  readonly union?: unknown;
  readonly collection?: { readonly kind: 'map' | 'array'; readonly elementtype: Typed };
}

interface Value extends Documented {
  readonly type: Typed;
  readonly optional?: boolean;
}

interface Method extends Documented {
  readonly parameters?: readonly Value[];
  readonly returns?: { readonly type: Typed };
}

interface TypeOfAssembly extends Documented {
  readonly kind: 'class' | 'interface' | 'enum';
  readonly datatype?: boolean;
  readonly abstract?: boolean;
  /** The class that it extends, and the interfaces that it implements or extends: full names. */
  readonly base?: string;
  readonly interfaces?: readonly string[];
  readonly initializer?: { readonly parameters?: readonly Value[] };
  readonly properties?: readonly Value[];
  readonly methods?: readonly Method[];
  readonly members?: readonly Documented[];
}

/** The keywords of the five languages, and what jsii renames or a class of these languages has already. */
const RESERVED = new Set(`
  abstract and as assert async await base bool boolean break byte case catch chan char checked class const continue debugger decimal def
  default defer del delegate delete do double elif else enum equals event except explicit export extends extern fallthrough false final
  finally fixed float for foreach from func function getClass global go goto hashCode if implements implicit import in instanceof int
  interface internal is lambda let lock long make map module namespace native new nonlocal not notify null object operator or out override
  package params pass private protected public raise range readonly ref return sbyte sealed select short sizeof stackalloc static
  strictfp string struct super switch synchronized this throw throws transient true try type typeof uint ulong unchecked unsafe ushort
  using var virtual void volatile wait while with yield
`.split(/\s+/).filter(word => word));

const MOST_PROPS: { readonly [struct: string]: number } = { PullThroughCacheProps: 7 };

/** What is wrong with a public surface, as `Type.member: what`. Types of other packages are not looked at. */
export function surfaceProblems({ types }: Assembly): string[] {
  const all = Object.values(types);
  const names = new Set(all.map(({ name }) => name));
  const plurals = new Set(all.map(({ name }) => `${name}s`));
  return all.flatMap(type => [
    ...problem(type.name, type.datatype === true && names.has(`I${type.name}`), `a struct beside the interface I${type.name}, which C# loses`),
    ...problem(type.name, plurals.has(type.name), `differs from ${type.name.slice(0, -1)} by an s only`),
    ...problem(type.name, isChoice(type), 'a choice that can be extended: make its constructor private, or it an interface'),
    ...undeclared(type, types).map(member => `${type.name}.${member}: promised by an interface and not declared`),
    ...problem(type.name, !type.docs?.summary, 'no docstring'),
    ...docstringProblems(type.name, type.docs),
    ...problem(type.name, type.kind === 'class' && !type.docs?.example, 'a class without an @example'),
    ...problem(type.name, (type.properties?.length ?? 0) > (MOST_PROPS[type.name] ?? Infinity), `more than ${MOST_PROPS[type.name]} props`),
    ...(type.properties ?? []).flatMap(property => propertyProblems(type, property)),
    ...(type.methods ?? []).flatMap(method => methodProblems(type, method)),
    ...(type.members ?? []).flatMap(member => [
      ...problem(`${type.name}.${member.name}`, !member.docs?.summary, 'no docstring'),
      ...docstringProblems(`${type.name}.${member.name}`, member.docs),
    ]),
    ...(type.initializer?.parameters ?? []).flatMap(parameter => givenProblems(`${type.name}(${parameter.name})`, parameter)),
  ]);
}

function propertyProblems(type: TypeOfAssembly, property: Value): string[] {
  const path = `${type.name}.${property.name}`;
  return [
    ...memberProblems(type, property),
    ...problem(path, type.datatype === true && ['scope', 'id'].includes(property.name), "a name that a construct's parameters have"),
    ...problem(path, type.datatype === true && property.optional === true && !property.docs?.default, 'optional without a @default'),
    ...valueProblems(path, property),
  ];
}

function methodProblems(type: TypeOfAssembly, method: Method): string[] {
  const path = `${type.name}.${method.name}`;
  return [
    ...memberProblems(type, method),
    ...problem(path, /^get[A-Z]/.test(method.name), 'a getXxx() method: a property is expected'),
    ...problem(path, RESERVED.has(method.name), 'a reserved word'),
    ...(method.parameters ?? []).flatMap(parameter => givenProblems(`${path}(${parameter.name})`, parameter)),
    ...(method.returns ? typeProblems(path, method.returns.type) : []),
  ];
}

function memberProblems(type: TypeOfAssembly, member: Documented): string[] {
  const path = `${type.name}.${member.name}`;
  return [
    ...problem(path, !member.docs?.summary, 'no docstring'),
    ...docstringProblems(path, member.docs),
    ...problem(path, member.name.toLowerCase() === type.name.toLowerCase(), 'named like its class, which C# renames'),
  ];
}

/** An abstract class that gives nothing to those who extend it: jsii lets them, and their object does nothing. */
function isChoice({ kind, abstract = false, properties = [], methods = [] }: TypeOfAssembly): boolean {
  const members = [...properties, ...methods];
  return kind === 'class' && abstract && members.every(member => member.static === true);
}

/** What the interfaces of a class promise and neither it nor its bases declare, optional members too: without, other languages have no such member. */
function undeclared(type: TypeOfAssembly, types: Assembly['types']): string[] {
  if (type.kind !== 'class' || type.abstract === true) {
    return [];
  }
  const line = lineOf(type, types);
  const declared = new Set(line.flatMap(membersOf));
  const promised = line.flatMap(({ interfaces = [] }) => interfaces).flatMap(name => promisedBy(name, types));
  return [...new Set(promised)].filter(member => !declared.has(member));
}

function lineOf(type: TypeOfAssembly, types: Assembly['types']): TypeOfAssembly[] {
  const base = type.base === undefined ? undefined : types[type.base];
  return base ? [type, ...lineOf(base, types)] : [type];
}

function promisedBy(name: string, types: Assembly['types']): string[] {
  const type = types[name];
  return type ? [...membersOf(type), ...(type.interfaces ?? []).flatMap(one => promisedBy(one, types))] : [];
}

function membersOf({ properties = [], methods = [] }: TypeOfAssembly): string[] {
  return [...properties, ...methods].map(({ name }) => name);
}

function givenProblems(path: string, parameter: Value): string[] {
  return [...parameterProblems(path, parameter.docs), ...valueProblems(path, parameter)];
}

function valueProblems(path: string, value: Value): string[] {
  return [...problem(path, RESERVED.has(value.name), 'a reserved word'), ...typeProblems(path, value.type)];
}

function typeProblems(path: string, { collection, primitive, union }: Typed): string[] {
  // a document of another tool, such as a Kubernetes manifest, has no narrower type in any language
  const isDocument = collection?.kind === 'map' && collection.elementtype.primitive === 'any';
  return [
    ...problem(path, union !== undefined, 'a union of types'),
    ...problem(path, primitive === 'any' || primitive === 'json', 'any'),
    ...(collection && !isDocument ? typeProblems(path, collection.elementtype) : []),
  ];
}

function problem(path: string, wrong: boolean, what: string): string[] {
  return wrong ? [`${path}: ${what}`] : [];
}
