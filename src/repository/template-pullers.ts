import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { CachePullers } from './cache-pullers';
import { OwnerHalf, PullerRegister } from './puller-register';
import { warn, WarningId } from '../private/warnings';

interface Template extends IConstruct {
  readonly prefix: string;
  readonly tagged: boolean;
}

/** Notes down who of other accounts a template lets pull; at synthesis it warns of what they can't do nevertheless. */
export function allowPullers(template: Template, pullers: CachePullers[]): void {
  const { account, region } = Stack.of(template);
  const place = { prefix: template.prefix, account, region };
  const register = PullerRegister.of(template);
  register.add({ ...place, halves: [OwnerHalf.READ], pullers });
  const warnings = () => {
    if (!register.has(OwnerHalf.IMPORT, place)) {
      warn(template, WarningId.GRANT_HALF_MISSING,
        `other accounts may pull what is cached below '${template.prefix}', and nothing in this app lets them import what isn't: their first pull `
        + 'of an image fails as not found. Call allowFirstPull() of the RegistryPolicy of this account and Region; acknowledge this warning when '
        + 'the registry policy is made elsewhere, or when they are to pull what is cached and no more.');
    }
    if (template.tagged) {
      warn(template, WarningId.TAGGED_FOR_OTHER_ACCOUNTS,
        `the repositories below '${template.prefix}' are born with tags: a first pull then needs ecr:TagResource, which ECR takes from identity-based `
        + 'policies only, so one from another account is expected to fail. Leave the tags out, or make the first pull in this account, and '
        + 'acknowledge this warning.');
    }
    return [];
  };
  template.node.addValidation({ validate: warnings });
}
