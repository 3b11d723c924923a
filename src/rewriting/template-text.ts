/*
 * Templates as they are rendered: CloudFormation's names, and functions where something is known at deployment only.
 */

type Rendered = { readonly [key: string]: unknown };

/** A text at the end of a path in a template, functions in it as `Fn::Sub` has them. */
export interface TemplateText {
  readonly path: string;
  readonly text: string;
}

/** The text of a value, if it is one: joined and substituted texts are one text, and what else is known at deployment only is `${...}`. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') { return value; }
  if (!isRecord(value)) { return undefined; }
  const [[name, argument] = [], ...others] = Object.entries(value);
  if (name === undefined || others.length > 0) { return undefined; }
  switch (name) {
    case 'Ref': return `\${${argument}}`;
    case 'Fn::GetAtt': return `\${${Array.isArray(argument) ? argument.join('.') : argument}}`;
    case 'Fn::Sub': return typeof argument === 'string' ? argument : Array.isArray(argument) ? substituted(String(argument[0]), argument[1]) : undefined;
    case 'Fn::Join': return joined(argument);
    default: return /^Fn::/.test(name) && name !== 'Fn::If' ? '${...}' : undefined;
  }
}

/** The text of `Fn::Sub` with those of its variables that are texts. */
function substituted(text: string, variables: unknown): string {
  return isRecord(variables)
    ? text.replace(/\$\{([^!}]+)\}/g, (reference, name: string) => Object.hasOwn(variables, name) ? textOf(variables[name]) ?? reference : reference)
    : text;
}

function joined(argument: unknown): string {
  const [separator, parts] = Array.isArray(argument) ? argument : [];
  return Array.isArray(parts) ? parts.map(part => textOf(part) ?? '${...}').join(String(separator)) : '${...}';
}

/** All texts in a rendered value, whatever stands around them. */
export function textsIn(value: unknown, path = ''): TemplateText[] {
  const text = textOf(value);
  if (text !== undefined) { return [{ path, text }, ...inArguments(value, path)]; }
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => textsIn(inner, below(path, key))) : [];
}

/** What a function is given, unless it is in the text already: of `Fn::Sub` its variables that are no texts themselves. */
function inArguments(value: unknown, path: string): TemplateText[] {
  const [[name, argument]] = isRecord(value) ? Object.entries(value) : [[undefined, undefined]];
  if (name === undefined || !/^Fn::/.test(name) || name === 'Fn::Join') { return []; }
  return name === 'Fn::Sub' ? Array.isArray(argument) ? textsIn(withoutTexts(argument[1]), path) : [] : textsIn(argument, path);
}

function withoutTexts(variables: unknown): unknown {
  return isRecord(variables) ? Object.fromEntries(Object.entries(variables).filter(([, value]) => textOf(value) === undefined)) : undefined;
}

/** The texts at the end of a path such as `ContainerDefinitions.*.Image`; of an `Fn::If` those of both values. */
export function textsAt(value: unknown, steps: readonly string[], path = ''): TemplateText[] {
  if (typeof value !== 'object' || value === null) {
    return steps.length === 0 && typeof value === 'string' ? [{ path, text: value }] : [];
  }
  const choices = (value as Rendered)['Fn::If'];
  if (Array.isArray(choices)) { return choices.slice(1).flatMap(one => textsAt(one, steps, path)); }
  if (steps.length === 0) {
    const text = textOf(value);
    return text === undefined ? [] : [{ path, text }];
  }
  const [step, ...rest] = steps;
  const keys = step === '*' ? Object.keys(value) : [step];
  return keys.flatMap(key => textsAt((value as Rendered)[key], rest, below(path, key)));
}

/** The same text with letters for what is known at deployment only, so that it can be read as a name. */
export function withoutReferences(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, 'x');
}

function isRecord(value: unknown): value is Rendered {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
