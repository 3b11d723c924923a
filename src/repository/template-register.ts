import { CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import type { Problem } from '../private/errors';
import { place } from '../private/errors';
import { oncePerTree, sameNames } from '../private/tree';

/** Refuses, when the app is synthesized, a second template for a prefix of an account and Region: the prefix names it. */
export function checkTemplatesOfTree(scope: IConstruct): void {
  oncePerTree(scope, 'TemplateRegister', root => {
    root.node.addValidation({
      validate: () => sameNames(
        root.node.findAll().filter(construct => CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(construct)),
        template => template.prefix,
        samePrefix,
      ),
    });
    return true;
  });
}

function samePrefix(twin: CfnRepositoryCreationTemplate): Problem {
  return {
    got: `a second repository creation template for the prefix '${twin.prefix}' of one account and Region (${place(twin)} is the first)`,
    expected: 'one template for each prefix',
    fix: 'join the two: name both uses in appliedFor, or set the repositoryTemplate of the cache',
  };
}
