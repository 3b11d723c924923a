import { readdirSync } from 'fs';
import { join } from 'path';
import { Stage } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { NagPack } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import acknowledged from './acknowledged.json';

/** What a rule finds, and the path of the construct. */
export interface Finding {
  readonly rule: string;
  readonly where: string;
}

export const PACKS: NagPack[] = [
  new AwsSolutionsChecks(), new HIPAASecurityChecks(), new NIST80053R4Checks(), new NIST80053R5Checks(), new PCIDSS321Checks(),
];

const EXAMPLES = join(__dirname, '../../examples');

/** The example apps by their folders. */
export const EXAMPLE_APPS = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter(path => /(^|\/)app\.ts$/.test(path) && !path.includes('node_modules')).map(path => path.replace(/\/app\.ts$/, '')).sort();

/** What a pack finds in an example, its rules without the pack's name where all packs but AwsSolutions share them. */
export function findings(pack: NagPack, example: string, scope: IConstruct): Finding[] {
  return pack.validateScope(scope).violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => (
    { rule: ruleName.replace(/^(NIST\.800\.53\.R[45]|HIPAA\.Security|PCI\.DSS\.321)-/, ''), where: `${example} ${constructPath}` })));
}

/** Each rule of the list with where it is found; a rule between slashes is a pattern. */
export const REASONS: { readonly rule: string; readonly where: string }[] =
  acknowledged['cdk-nag'].flatMap(({ rules, where }) => rules.map(rule => ({ rule, where })));

/** The entries of the list that give a finding its reason. */
export function reasonsOf({ rule, where }: Finding): typeof REASONS {
  return REASONS.filter(one => matches(one.rule, rule) && new RegExp(one.where).test(where));
}

function matches(listed: string, rule: string): boolean {
  const [, pattern] = /^\/(.*)\/$/.exec(listed) ?? [];
  return pattern === undefined ? listed === rule : new RegExp(pattern).test(rule);
}

/** The app of an example, synthesized: nothing exports it, but it asks to be synthesized when the program ends. */
export function exampleApp(name: string, outdir: string): App {
  const made: App[] = [];
  const endings: (() => void)[] = [];
  const before = process.env.CDK_OUTDIR;
  process.env.CDK_OUTDIR = outdir;
  const once = jest.spyOn(process, 'once').mockImplementation((_, ending) => {
    endings.push(ending as () => void);
    return process;
  });
  const synth = jest.spyOn(Stage.prototype, 'synth');
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(join(EXAMPLES, name, 'app'));
    endings.forEach(ending => ending());
    made.push(...synth.mock.contexts.map(one => one as App).filter(one => one.node.scope === undefined));
  } finally {
    once.mockRestore();
    synth.mockRestore();
    if (before === undefined) { delete process.env.CDK_OUTDIR; } else { process.env.CDK_OUTDIR = before; }
  }
  return made[0];
}
