// Writes apps that require and import every class and enum of a package, by the names that its jsii assembly has.
// Usage, in the folder of the apps: module-apps.mjs <package>
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const { name, types } = JSON.parse(readFileSync(join(folder, '.jsii')));
const exported = Object.values(types).filter(({ kind }) => kind === 'class' || kind === 'enum');
const names = exported.map(type => type.name).join(', ');
const classes = exported.filter(({ kind }) => kind === 'class').map(type => type.name);
// a class has the name by which it is exported; a TypeScript file of it must know the types as well
const uses = `
const all: Record<string, any> = { ${names} };
const wrong = Object.keys(all).filter(key => all[key] === undefined || (${JSON.stringify(classes)}.includes(key) && all[key].name !== key));
if (wrong.length > 0) { throw new Error(\`got \${wrong.map(key => \`\${all[key]?.name} for \${key}\`)}, expected what is exported by these names\`); }
const app = new App();
new PullThroughCache(new Stack(app, 'Stack'), 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }) });
// an upstream without a credential makes the least, and one with all that the facade has makes the most
new PullThroughCache(new Stack(app, 'Quay'), 'Quay', { upstream: UpstreamRegistry.QUAY }).verifyOnDeploy({ images: ['org/image:1'] });
app.synth();
`;
const plain = uses.replace(': Record<string, any>', '');
const asModule = `import { App, Stack } from 'aws-cdk-lib';\nimport { ${names} } from '${name}';\n`;

writeFileSync('required.cjs', `const { App, Stack } = require('aws-cdk-lib');\nconst { ${names} } = require('${name}');\n${plain}`);
writeFileSync('imported.mjs', asModule + plain);
writeFileSync('written.ts', asModule + uses);
writeFileSync('one-file.cjs', `
require('${name}');
const loaded = Object.keys(require.cache).filter(path => path.includes('/${name}/lib/'));
if (loaded.length !== 1) { throw new Error(\`got \${loaded.length} files of the package, expected index.js only: run npx projen compile\`); }
`);
