import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTemplate } from './render';

const [file = join(__dirname, 'ecr-pullthrough-cache', 'template.yaml')] = process.argv.slice(2);
writeFileSync(file, renderTemplate());
