import { Document, isCollection, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Node } from 'yaml';

/** A template as CloudFormation takes it in JSON. */
export interface TemplateJson {
  readonly [section: string]: unknown;
}

interface JsonObject {
  readonly [key: string]: unknown;
}

const SECTIONS = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Rules', 'Conditions', 'Resources', 'Outputs'];
const ATTRIBUTES = ['Type', 'Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy', 'Properties'];

/** A template as YAML for people: sections and attributes in their usual order, functions in their short form. */
export function toYaml(template: TemplateJson, resourceOrder: readonly string[], header: string): string {
  const unknown = Object.keys(template).filter(section => !SECTIONS.includes(section));
  if (unknown.length > 0) {
    throw new Error(`got the sections ${unknown.join(', ')}, expected those that a plain template has: ${SECTIONS.join(', ')}`);
  }
  const resources = inOrder(template.Resources as JsonObject, resourceOrder);
  const ordered = inOrder({
    ...template,
    Resources: Object.fromEntries(Object.entries(resources).map(([id, resource]) => [id, inOrder(resource as JsonObject, ATTRIBUTES)])),
  }, SECTIONS);

  // CloudFormation reads YAML 1.1, in which 2012-10-17 without quotes is a date
  const document = new Document(null, { version: '1.1' });
  const sections = new YAMLMap();
  Object.entries(ordered).forEach(([name, content], index) => {
    const key = new Scalar(name);
    key.spaceBefore = index > 0;
    sections.items.push(new Pair(key, node(content, name === 'Conditions')));
  });
  document.contents = sections;
  document.commentBefore = header;
  return document.toString({ lineWidth: 0, singleQuote: true, directives: false });
}

function inOrder(object: JsonObject, order: readonly string[]): JsonObject {
  const missing = Object.keys(object).filter(key => !order.includes(key));
  if (missing.length > 0) {
    throw new Error(`got ${missing.join(', ')}, expected only what has a place in the order: ${order.join(', ')}`);
  }
  return Object.fromEntries(order.filter(key => key in object).map(key => [key, object[key]]));
}

function node(value: unknown, inConditions: boolean): Node {
  if (Array.isArray(value)) {
    const sequence = new YAMLSeq();
    sequence.items = value.map(item => node(item, inConditions));
    return sequence;
  }
  if (typeof value !== 'object' || value === null) {
    return new Scalar(value);
  }
  const entries = Object.entries(value);
  if (entries.length === 1) {
    const [name, argument] = entries[0];
    const call = functionCall(name, argument, inConditions);
    if (call) {
      return call;
    }
  }
  const map = new YAMLMap();
  map.items = entries.map(([key, member]) => new Pair(new Scalar(key), node(member, inConditions)));
  return map;
}

function functionCall(name: string, argument: unknown, inConditions: boolean): Node | undefined {
  if (name === 'Ref' || (name === 'Condition' && inConditions)) {
    return tagged(`!${name}`, new Scalar(argument));
  }
  if (name === 'Fn::GetAtt') {
    return tagged('!GetAtt', new Scalar((argument as string[]).join('.')));
  }
  if (name === 'Fn::Join') {
    const text = substitution(argument as [string, unknown]);
    if (text !== undefined) {
      return tagged('!Sub', new Scalar(text));
    }
  }
  if (!name.startsWith('Fn::')) {
    return undefined;
  }
  return tagged(`!${name.slice('Fn::'.length)}`, node(argument, inConditions));
}

function tagged(tag: string, tree: Node): Node {
  if (isCollection(tree) && tree.items.every(item => !isCollection(item))) {
    tree.flow = true;
  }
  tree.tag = tag;
  return tree;
}

/** What `Fn::Join` without a delimiter says, in the form of `Fn::Sub`; nothing where a part is neither text nor a reference. */
function substitution([delimiter, parts]: [string, unknown]): string | undefined {
  if (delimiter !== '' || !Array.isArray(parts)) {
    return undefined;
  }
  const texts = parts.map(part => {
    if (typeof part === 'string') {
      return part.replaceAll('${', '${!');
    }
    const [[name, argument]] = Object.entries(part as JsonObject);
    if (name === 'Ref') {
      return `\${${argument}}`;
    }
    return name === 'Fn::GetAtt' ? `\${${(argument as string[]).join('.')}}` : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join('');
}
