// Writes the tables of inputs and outputs into the module's README, from its variables and outputs: `node terraform/readme.mjs [FILE]`,
// where FILE is the README to write instead of the module's own.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const module = join(dirname(fileURLToPath(import.meta.url)), 'ecr-pullthrough-cache');
const readme = join(module, 'README.md');

function blocks(file, kind) {
  const text = readFileSync(join(module, file), 'utf8');
  const found = [...text.matchAll(new RegExp(`^${kind} "(\\w+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm'))];
  return found.map(([, name, body]) => {
    const argument = key => new RegExp(`^  ${key} += (.*)$`, 'm').exec(body)?.[1];
    return { name, description: JSON.parse(argument('description')), type: argument('type'), default: argument('default') };
  });
}

const cell = text => text.replaceAll('|', '\\|');
const inputs = blocks('variables.tf', 'variable').map(variable =>
  `| \`${variable.name}\` | \`${variable.type}\` | ${variable.default === undefined ? 'required' : `\`${variable.default}\``} | ${cell(variable.description)} |`);
const outputs = blocks('outputs.tf', 'output').map(output => `| \`${output.name}\` | ${cell(output.description)} |`);

const tables = [
  '## Inputs', '', '| name | type | default | |', '|---|---|---|---|', ...inputs, '',
  '## Outputs', '', '| name | |', '|---|---|', ...outputs,
].join('\n');
const [before, , after] = readFileSync(readme, 'utf8').split(/<!-- (?:tables|end of tables) -->/);
writeFileSync(process.argv[2] ?? readme, `${before}<!-- tables -->\n${tables}\n<!-- end of tables -->${after}`);
