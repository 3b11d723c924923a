import { CfnParameter, SecretValue, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { warn, WarningId } from '../private/errors';

/** Stands for what the deployment alone knows. */
const LATER = '\uE000';
const DYNAMIC_REFERENCE = /\{\{resolve:[^}]*\}\}/g;
const KEY = 'accessToken';

/** Warns at synthesis of an access token that the template contains, whole or in part: everybody who reads the template can log in with it. */
export function warnOfPlainCredential(secret: CfnSecret, placeholder: string): void {
  const validate = () => {
    // one branch of each Fn::If, then the other
    if ([1, 2].some(branch => tokensIn(secret, branch).some(token => token !== '' && token !== placeholder))) {
      warn(secret, WarningId.PLAIN_CREDENTIAL,
        'the access token of a secret for ECR, or a part of it, is written out: everybody who reads the template or tree.json can read it. Renew it at the upstream, '
        + 'then leave it out of the app: make the secret with UpstreamSecret and fill it out of band, or take a parameter with noEcho and without a default. '
        + 'Acknowledge this warning when it is no credential.');
    }
    return [];
  };
  secret.node.addValidation({ validate });
}

function tokensIn(secret: CfnSecret, branch: number): string[] {
  const stack = Stack.of(secret);
  const { secretStringTemplate: template, generateStringKey: generated } = (stack.resolve(secret.generateSecretString) ?? {}) as Partial<
    CfnSecret.GenerateSecretStringProperty>;
  const texts = [stack.resolve(unwrapped(secret.secretString)), generated === KEY ? undefined : template];
  return texts.filter(text => text !== undefined).map(text => tokenIn(written(text, stack, branch).replace(DYNAMIC_REFERENCE, LATER)));
}

/** Without the SecretValues that were made text, which aws-cdk refuses to resolve here. */
function unwrapped(text: string | undefined): string | undefined {
  if (typeof text !== 'string') {
    return text;
  }
  const { tokens } = Tokenization.reverseString(text);
  return tokens.filter(token => SecretValue.isSecretValue(token))
    .reduce((rest, token) => rest.replaceAll(Token.asString(token), (token as SecretValue).unsafeUnwrap()), text);
}

/** What the template contains of a value; for a parameter its default. */
function written(value: unknown, stack: Stack, branch: number): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const read = (inner: unknown) => written(inner, stack, branch);
  const [[name, argument]] = Object.entries(value) as [string, any][];
  switch (name) {
    case 'Ref': return defaultOf(argument as string, stack) ?? LATER;
    case 'Fn::Join': return Array.isArray(argument[1]) ? argument[1].map(read).join(argument[0] as string) : LATER;
    case 'Fn::Base64': return read(argument);
    case 'Fn::If': return read(argument[branch]);
    case 'Fn::Select': return Array.isArray(argument[1]) ? read(argument[1][argument[0]]) : LATER;
    case 'Fn::Sub': return substituted([argument].flat() as [string, Record<string, unknown>?], read);
    // a mapping is a part of the template
    case 'Fn::FindInMap': return name;
    default: return LATER;
  }
}

function substituted([text, values = {}]: [string, Record<string, unknown>?], read: (inner: unknown) => string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => name.startsWith('!') ? `\${${name.slice(1)}}` : read(values[name] ?? { Ref: name }));
}

function defaultOf(logicalId: string, stack: Stack): string | undefined {
  const parameters = stack.node.findAll().filter(one => one instanceof CfnParameter);
  const parameter = parameters.find(one => stack.resolve(one.logicalId) === logicalId);
  const value: unknown = stack.resolve(parameter?.default);
  return value === undefined ? undefined : String(value);
}

/** The part of the access token that is known. */
function tokenIn(text: string): string {
  return valueIn(text).replaceAll(LATER, '').trim();
}

function valueIn(text: string): string {
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[KEY];
    return value === undefined ? '' : String(value);
  } catch {
    return /"accessToken"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? '';
  }
}
