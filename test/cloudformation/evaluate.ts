import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

interface JsonObject {
  readonly [key: string]: unknown;
}

interface ParameterJson extends JsonObject {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: string[];
}

export interface ResourceJson extends JsonObject {
  readonly Type: string;
  readonly Properties: JsonObject;
}

/** A template in the long form of its functions. */
export interface TemplateJson extends JsonObject {
  readonly Parameters?: { readonly [id: string]: ParameterJson };
  readonly Conditions?: JsonObject;
  readonly Rules?: { readonly [id: string]: { readonly Assertions: { readonly Assert: unknown; readonly AssertDescription: string }[] } };
  readonly Resources: { readonly [id: string]: ResourceJson };
  readonly Outputs?: { readonly [id: string]: JsonObject };
}

/** What a stack holds: without functions and conditions. `{Id}` and `{Id.Attribute}` stand for what only AWS can tell. */
export interface StackJson {
  readonly resources: { readonly [id: string]: ResourceJson };
  readonly outputs: { readonly [id: string]: JsonObject };
  /** What the rules of the template say against the parameters. */
  readonly refusals: string[];
}

export const PSEUDO_PARAMETERS: { readonly [name: string]: string } = {
  'AWS::AccountId': '111122223333',
  'AWS::Region': 'eu-central-1',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'cache',
};

/** Reads a template in YAML, with the short forms of functions. */
export function readTemplate(yaml: string): TemplateJson {
  const document = parseDocument(yaml, { version: '1.1', logLevel: 'silent' });
  expect(document.errors).toEqual([]);
  return longForm(document.contents) as TemplateJson;
}

function longForm(node: unknown): unknown {
  let value: unknown;
  let tag: string | undefined;
  if (isMap<{ value: string }>(node)) {
    value = Object.fromEntries(node.items.map(pair => [pair.key.value, longForm(pair.value)]));
    tag = node.tag;
  } else if (isSeq(node)) {
    value = node.items.map(longForm);
    tag = node.tag;
  } else if (isScalar(node)) {
    value = node.value;
    tag = node.tag;
  }
  if (!tag?.startsWith('!')) {
    return value;
  }
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') {
    return { [name]: value };
  }
  return { [`Fn::${name}`]: name === 'GetAtt' ? (value as string).split('.') : value };
}

/** What CloudFormation makes of a template with these parameters. */
export function evaluate(template: TemplateJson, parameters: { readonly [id: string]: string | number } = {}): StackJson {
  return new Evaluation(template, parameters).run();
}

const NO_VALUE = Symbol('AWS::NoValue');

class Evaluation {
  private readonly conditions = new Map<string, boolean>();

  constructor(private readonly template: TemplateJson, private readonly given: { readonly [id: string]: string | number }) {
    const unknown = Object.keys(given).filter(id => !(id in (template.Parameters ?? {})));
    if (unknown.length > 0) {
      throw new Error(`the template has no parameters ${unknown.join(', ')}`);
    }
  }

  public run(): StackJson {
    const { Resources, Outputs = {}, Rules = {} } = this.template;
    return {
      resources: this.held(Resources),
      outputs: this.held(Outputs),
      refusals: Object.values(Rules).flatMap(rule => rule.Assertions)
        .filter(({ Assert }) => !this.value(Assert))
        .map(({ AssertDescription }) => AssertDescription),
    };
  }

  /** Those entries whose condition holds. */
  private held<T extends JsonObject>(entries: { readonly [id: string]: T }): { [id: string]: T } {
    return Object.fromEntries(Object.entries(entries)
      .filter(([, { Condition }]) => Condition === undefined || this.condition(Condition as string))
      .map(([id, { Condition: _, ...rest }]) => [id, this.value(rest) as T]));
  }

  private condition(name: string): boolean {
    if (!this.conditions.has(name)) {
      this.conditions.set(name, this.value(this.template.Conditions![name], true) as boolean);
    }
    return this.conditions.get(name)!;
  }

  private value(json: unknown, inConditions = false): unknown {
    if (Array.isArray(json)) {
      return json.map(item => this.value(item, inConditions)).filter(item => item !== NO_VALUE);
    }
    if (typeof json !== 'object' || json === null) {
      return json;
    }
    const entries = Object.entries(json);
    if (entries.length === 1) {
      const [name, argument] = entries[0];
      if (name === 'Ref') {
        return this.reference(argument);
      }
      if (name === 'Condition' && inConditions) {
        return this.condition(argument);
      }
      if (name.startsWith('Fn::')) {
        return this.call(name, argument, inConditions);
      }
    }
    return Object.fromEntries(entries.map(([key, member]) => [key, this.value(member, inConditions)]).filter(([, member]) => member !== NO_VALUE));
  }

  private reference(name: string): unknown {
    if (name === 'AWS::NoValue') {
      return NO_VALUE;
    }
    if (name in PSEUDO_PARAMETERS) {
      return PSEUDO_PARAMETERS[name];
    }
    const parameter = this.template.Parameters?.[name];
    if (!parameter) {
      if (!(name in this.template.Resources)) {
        throw new Error(`nothing is called ${name}`);
      }
      return `{${name}}`;
    }
    const value = this.given[name] ?? parameter.Default;
    if (value === undefined) {
      throw new Error(`the parameter ${name} has no value`);
    }
    return String(value);
  }

  private call(name: string, argument: unknown, inConditions: boolean): unknown {
    if (name === 'Fn::If') {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return this.value(this.condition(condition) ? yes : no);
    }
    if (name === 'Fn::GetAtt') {
      return `{${(argument as string[]).join('.')}}`;
    }
    if (name === 'Fn::Sub') {
      return (argument as string).replace(/\$\{(!?)([^}]*)\}/g, (_, literal, inner) =>
        literal ? `\${${inner}}` : String(inner.includes('.') ? `{${inner}}` : this.reference(inner)));
    }
    const values = this.value(argument, inConditions) as unknown[];
    switch (name) {
      case 'Fn::Join':
        return (values[1] as string[]).join(values[0] as string);
      case 'Fn::Split':
        return (values[1] as string).split(values[0] as string);
      case 'Fn::Equals':
        return values[0] === values[1];
      case 'Fn::Not':
        return !values[0];
      case 'Fn::Or':
        return values.includes(true);
      case 'Fn::And':
        return !values.includes(false);
      default:
        throw new Error(`the function ${name} isn't known here`);
    }
  }
}
