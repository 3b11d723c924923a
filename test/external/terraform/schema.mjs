// The schema of hashicorp/aws for some resources and data sources, read from the manifest of CDK bindings that are generated from
// that schema: `node schema.mjs <package directory> <aws_type or data.aws_type>... > schema.json`.
// What the manifest doesn't tell: whether a list is a set, and whether an optional attribute is computed when it isn't set.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, ...wanted] = process.argv.slice(2);
const manifest = readFileSync(join(directory, '.jsii'), 'utf8');
const version = /providers\/hashicorp\/aws\/([0-9.]+)\//.exec(manifest)[1];
const { types } = JSON.parse(manifest);

const snake = name => name.replace(/[A-Z]+/g, part => `_${part.toLowerCase()}`);
const documentation = ({ docs = {} }) => `${docs.summary ?? ''} ${docs.remarks ?? ''} `;
// the documentation links to the attribute by its name in Terraform, of which camel case is only a guess
const nameOf = property => /#([a-z0-9_]+) /.exec(documentation(property))?.[1] ?? snake(property.name);
const isBlock = property => documentation(property).startsWith(`${nameOf(property)} block.`);

/** The structure that a type is or is a list of; undefined for plain values. */
function structure(type) {
  const inner = type.union?.types.map(structure).find(Boolean) ?? (type.collection && structure(type.collection.elementtype));
  return inner ?? (types[type.fqn]?.datatype ? types[type.fqn] : undefined);
}

function valueType(type) {
  if (type.union) {
    return valueType(type.union.types.find(one => !one.fqn?.endsWith('.IResolvable')));
  }
  if (type.collection) {
    return [type.collection.kind === 'map' ? 'map' : 'list', valueType(type.collection.elementtype)];
  }
  return { boolean: 'bool', string: 'string', number: 'number' }[type.primitive];
}

function blockOf(properties = []) {
  const attributes = {};
  const blocks = {};
  for (const property of properties) {
    const inner = structure(property.type);
    if (inner && isBlock(property)) {
      blocks[nameOf(property)] = blockOf(inner.properties);
    } else if (!inner) {
      const name = nameOf(property);
      attributes[name] = { type: valueType(property.type), required: !property.optional, computed: name === 'id' && Boolean(property.optional) };
    }
  }
  return { attributes, blocks };
}

function schemaOf(name) {
  const data = name.startsWith('data.');
  const words = name.split('_').slice(1).map(word => word[0].toUpperCase() + word.slice(1)).join('');
  const className = data ? `DataAws${words}` : words;
  const type = Object.values(types).find(one => one.name === className && one.base?.endsWith(data ? '.TerraformDataSource' : '.TerraformResource'));
  if (!type) {
    throw new Error(`hashicorp/aws ${version} has no ${name}`);
  }
  const settable = types[type.initializer.parameters.find(({ name: parameter }) => parameter === 'config').type.fqn].properties ?? [];
  const schema = blockOf(settable);
  if (data) {
    // what can be asked for is told as well
    Object.values(schema.attributes).forEach(attribute => { attribute.computed ||= !attribute.required; });
  }
  const known = new Set(settable.map(property => property.name));
  for (const property of type.properties) {
    const computed = property.immutable && !property.static && !property.name.endsWith('Input') && !known.has(property.name);
    if (computed && (property.type.primitive || property.type.collection)) {
      schema.attributes[snake(property.name)] = { type: valueType(property.type), required: false, computed: true };
    }
  }
  return schema;
}

const some = data => Object.fromEntries(wanted.filter(name => name.startsWith('data.') === data).map(name => [name.replace('data.', ''), schemaOf(name)]));
process.stdout.write(JSON.stringify({ version, resources: some(false), dataSources: some(true) }, null, 1));
