import { SecretValue, Stack, Tokenization } from 'aws-cdk-lib';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { refuse } from '../private/accepted';
import { CheckId } from '../private/errors';
import { isLater } from '../private/later';

/** The value of a secret until somebody fills it. */
export const PLACEHOLDER = 'REPLACE_ME';
/** Amazon ECR User Guide, "Storing your upstream repository credentials in an AWS Secrets Manager secret". */
const KEYS = ['username', 'accessToken'];

/** Refuses a value under which ECR would not find what to log in with, as far as it is written out. */
export function checkSecretValue(secret: CfnSecret): void {
  const got = wrongValue(secret);
  if (got !== undefined) {
    refuse(secret, CheckId.SECRET_VALUE, {
      got: `a secret for ECR whose value is ${got}`,
      expected: `JSON with the keys ${KEYS.join(' and ')}`,
      fix: 'make it with UpstreamSecret, or write both keys into its secretObjectValue',
    });
  }
}

/** Whether there is nothing in it yet that logs in. */
export function holdsPlaceholder(secret: CfnSecret): boolean {
  return secret.generateSecretString !== undefined || JSON.stringify(textOf(secret) ?? '').includes(`accessToken\\":\\"${PLACEHOLDER}`);
}

function wrongValue(secret: CfnSecret): string | undefined {
  const generated = Stack.of(secret).resolve(secret.generateSecretString) as CfnSecret.GenerateSecretStringProperty | undefined;
  if (generated !== undefined) {
    const { secretStringTemplate: template, generateStringKey: key } = generated;
    return template === undefined || key === undefined ? 'generated text' : lacking(template, key);
  }
  const text = textOf(secret);
  return text === undefined ? undefined : lacking(text);
}

/** Undefined for a whole that is known at deployment only; aws-cdk refuses to resolve a SecretValue here. */
function textOf(secret: CfnSecret): unknown {
  const text: unknown = secret.secretString;
  if (typeof text !== 'string' || Tokenization.reverseString(text).tokens.some(token => SecretValue.isSecretValue(token))) {
    return undefined;
  }
  return Stack.of(secret).resolve(text) as unknown;
}

function lacking(text: unknown, more?: string): string | undefined {
  if (typeof text !== 'string') {
    // the keys are written out also where their values are references
    const written = JSON.stringify(text);
    return written.includes('"Fn::Join"') && KEYS.some(key => key !== more && !written.includes(key)) ? 'JSON without one of them' : undefined;
  }
  if (isLater(text) || text.startsWith('{{resolve:')) {
    return undefined;
  }
  const value = parsed(text);
  const keys = [...Object.keys(value ?? {}), more];
  return value === undefined ? 'text that is no JSON object' : KEYS.some(key => !keys.includes(key)) ? 'JSON without one of them' : undefined;
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
