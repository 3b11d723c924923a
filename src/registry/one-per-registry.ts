import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from '../private/errors';
import type { Problem } from '../private/errors';
import { comparePlacement, Placement } from '../private/placement';
import { isInTree, oncePerTree, sameNames } from '../private/tree';
import { warn, WarningId } from '../private/warnings';

/** What an account has one of per Region. */
export interface RegistrySetting {
  /** What users call it: `registry policy`. */
  readonly name: string;
  /** The CloudFormation type. */
  readonly resourceType: string;
  /** What to do instead of making a second one. */
  readonly fix: string;
}

/**
 * Refuses a second construct for a setting of one account and Region, and warns where two stacks may go there without saying so. L1
 * resources are looked for when the app is synthesized.
 */
export function claimRegistry(construct: IConstruct, setting: RegistrySetting): void {
  const claimed = oncePerTree<IConstruct[]>(construct, setting.resourceType, root => {
    root.node.addValidation({ validate: () => problemsWithResources(root, setting) });
    return [];
  });
  const others = claimed.filter(isInTree);
  const twin = others.find(other => comparePlacement(construct, other) === Placement.SAME);
  if (twin) {
    throw new InvalidInputError(second(twin, setting), construct);
  }
  const possibleTwin = others.find(other => comparePlacement(construct, other) === Placement.UNKNOWN);
  if (possibleTwin) {
    warn(construct, WarningId.POSSIBLY_SAME_REGISTRY,
      `another ${setting.name} (${place(possibleTwin)}) is in this app, and at least one of the two stacks doesn't say where it goes: in one `
      + 'account and Region the second fails. Give the stacks an env, or deploy them to different places.');
  }
  claimed.push(construct);
}

function problemsWithResources(root: IConstruct, setting: RegistrySetting): string[] {
  const resources = root.node.findAll().filter(one => CfnResource.isCfnResource(one)).filter(one => one.cfnResourceType === setting.resourceType);
  return sameNames(resources, () => setting.name, twin => second(twin, setting));
}

function second(twin: IConstruct, { name, fix }: RegistrySetting): Problem {
  return {
    got: `a second ${name} for one account and Region (${place(twin)} is the first)`,
    expected: `one ${name}, since ECR keeps one of an account and Region`,
    fix,
  };
}
