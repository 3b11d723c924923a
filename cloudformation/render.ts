import { App } from 'aws-cdk-lib';
import { RESOURCES, TemplateStack } from './template-stack';
import { toYaml } from './template-yaml';
import type { TemplateJson } from './template-yaml';

const HEADER = ' Made by "npm run templates" from the construct library cdk-ecr-pull-through-cache. Changes to this file are overwritten.';

/** The published template as the construct library renders it. */
export function templateJson(): TemplateJson {
  const app = new App({ analyticsReporting: false });
  const stack = new TemplateStack(app, 'EcrPullThroughCache');
  return app.synth().getStackByName(stack.stackName).template as TemplateJson;
}

/** The published template as it is committed. */
export function renderTemplate(): string {
  return toYaml(templateJson(), RESOURCES, HEADER);
}
