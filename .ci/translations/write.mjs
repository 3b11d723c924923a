// Usage: node .ci/translations/write.mjs <folder of gather.mjs> <output>
// Writes each translated example as a program of its language, in <output>/<language>; what an example declares is given there. `places.json` says
// which example each program is.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [folder, output] = process.argv.slice(2);
const { jsii } = JSON.parse(readFileSync('package.json', 'utf8'));
const starts = JSON.parse(readFileSync(join(folder, 'starts.json'), 'utf8'));
const { snippets } = JSON.parse(readFileSync(join(folder, '.jsii.tabl.json'), 'utf8'));

const indented = (text, by) => text.replace(/^(?=.)/gm, by);
const parted = (source, imports) => {
  const lines = source.split('\n');
  return [lines.filter(line => imports.test(line)).join('\n'), lines.filter(line => !imports.test(line)).join('\n')];
};

const LANGUAGES = {
  python: {
    file: id => `${id}.py`,
    program(source) {
      const [imports, rest] = parted(source, /^(?:from|import) /);
      // what is given is a comment in Python
      const body = rest
        .replace(/^# (\w+): (?:number|Any|.*\{.*|\w+\[.*\])$/gm, '$1 = cast(Any, None)')
        .replace(/^# (\w+): ([\w.]+)$/gm, '$1 = cast($2, None)');
      return `from typing import Any, cast\nfrom aws_cdk import Stack\nfrom constructs import Construct\n${imports}\n\n\nclass Fixture(Stack):\n`
        + `    def __init__(self, scope: Construct, id: str) -> None:\n        super().__init__(scope, id)\n${indented(body, '        ')}\n`;
    },
  },
  java: {
    file: id => `${id}/Fixture.java`,
    program(source, id) {
      const [imports, rest] = parted(source, /^import /);
      const body = rest.replace(/^((?:[\w.]+|Map<.*>) \w+);$/gm, (_, given) => `${given} = ${given.startsWith('boolean') ? 'false' : /^(?:Number|double|int) /.test(given) ? '0' : 'null'};`);
      // rosetta imports what an example names, and not what only its types have
      return `package ${id};\n\nimport ${jsii.targets.java.package}.*;\nimport java.util.*;\nimport software.amazon.awscdk.*;\n`
        + `import software.amazon.awscdk.services.cloudwatch.Metric;\nimport software.amazon.awscdk.services.events.OnEventOptions;\nimport software.constructs.Node;\n${imports}\n\n`
        + `class Fixture extends software.amazon.awscdk.Stack {\n    Fixture(software.constructs.Construct scope, String id) {\n        super(scope, id);\n${indented(body, '        ')}\n    }\n}\n`;
    },
  },
  go: {
    file: id => `${id}/fixture.go`,
    program(source, id) {
      const [imports, rest] = parted(source, /^import /);
      return `package ${id}\n\n${imports}\nimport "github.com/aws/jsii-runtime-go"\n\nfunc fixture(this awscdk.Stack) {\n${indented(rest, '\t')}\n}\n`;
    },
  },
  csharp: {
    file: id => `${id}.cs`,
    program(source, id) {
      const [imports, rest] = parted(source, /^using [\w.]+;$/);
      const body = rest.replace(/^((?:[\w.]+|IDictionary<.*>) \w+);$/gm, '$1 = default!;');
      return `using System.Collections.Generic;\nusing Amazon.CDK;\n${imports}\n\nnamespace ${id}\n{\n`
        + `    class Fixture : Amazon.CDK.Stack\n    {\n        Fixture(Constructs.Construct scope, string id) : base(scope, id)\n        {\n${indented(body, '            ')}\n        }\n    }\n}\n`;
    },
  },
};

const placeOf = ({ api, field }) => {
  if (field.line === undefined) { return api.member === undefined ? api.fqn : `${api.fqn}.${api.member}`; }
  const { name, line } = starts.filter(start => start.line <= field.line).pop();
  return `${name}:${field.line - line + 1}`;
};

const places = Object.values(snippets).map(({ location }) => placeOf(location));
for (const [language, { file, program }] of Object.entries(LANGUAGES)) {
  Object.values(snippets).forEach(({ translations }, at) => {
    const path = join(output, language, file(`example${at}`));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, program(translations[language].source, `example${at}`));
  });
}
writeFileSync(join(output, 'places.json'), JSON.stringify(places));
