import type { IConstruct } from 'constructs';
import { accessList, kindOf } from '../../private/access';
import { InvalidInputError } from '../../private/errors';

/**
 * Documents as text in YAML 1.2. Texts are quoted as in JSON, which YAML reads, so that no value is taken for another one.
 *
 * @throws for documents with a value that is known only at deployment
 */
export function toYaml(given: readonly object[], scope: IConstruct): string {
  const documents = accessList('documents', given, 'pass what a method for policies gave, as one list', scope);
  const wrong = documents.find(one => typeof one !== 'object' || Array.isArray(one));
  if (wrong !== undefined) {
    throw new InvalidInputError({
      got: `${kindOf(wrong)} among the documents`, expected: 'one document of Kubernetes in each place', fix: 'spread what several methods gave into one list',
    }, scope);
  }
  if (textOf(documents, scope).includes('${Token[')) {
    throw new InvalidInputError({
      got: 'documents with a value that is known only at deployment',
      expected: 'account and Region of each cache, since the file is text',
      fix: 'give the stacks of the caches an env with both, or deploy the documents by eks.KubernetesManifest',
    }, scope);
  }
  return documents.map(document => `---\n${blockOf(document, '')}`).join('');
}

function textOf(documents: readonly object[], scope: IConstruct): string {
  try {
    return JSON.stringify(documents);
  } catch (problem) {
    throw new InvalidInputError({
      got: `documents that can't be written (${(problem as Error).message.split('\n')[0]})`, expected: 'plain values', fix: 'leave out what refers to itself',
    }, scope);
  }
}

function blockOf(value: object, indent: string): string {
  return Object.entries(value).filter(([, member]) => member !== undefined).map(([key, member]) => `${indent}${keyOf(key)}:${memberOf(member, indent)}`).join('');
}

function memberOf(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) {
    return `\n${value.map(entry => `${indent}  -${entryOf(entry, `${indent}    `)}`).join('')}`;
  }
  return isMap(value) ? `\n${blockOf(value, `${indent}  `)}` : ` ${scalarOf(value)}\n`;
}

/** The first line of a map stands behind the dash. */
function entryOf(value: unknown, indent: string): string {
  if (isMap(value)) {
    return ` ${blockOf(value, indent).slice(indent.length)}`;
  }
  return Array.isArray(value) && value.length > 0 ? `${memberOf(value, indent)}` : ` ${scalarOf(value)}\n`;
}

function scalarOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function keyOf(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(key) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(key) ? key : JSON.stringify(key);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
