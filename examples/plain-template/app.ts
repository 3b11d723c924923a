import { App } from 'aws-cdk-lib';
import { PlainTemplateStack } from './plain-template-stack';

// Prints a template for those who deploy without the CDK:
// npx cdk synth --no-path-metadata --no-version-reporting --no-asset-metadata --app '...' > template.yaml
new PlainTemplateStack(new App({ analyticsReporting: false }), 'HardenedImages');
