import { CachedImages } from '../../../src/rewriting/cached-images';
import { cached, caches, newStack, plain } from '../fixture';

function images() {
  const stack = newStack();
  const all = CachedImages.of(stack);
  all.use(caches(stack).dockerHub);
  return { stack, all };
}

const NGINX = cached('docker-hub/library/nginx');

test.each(['containers', 'initContainers', 'ephemeralContainers'])('a container of a manifest needs no name among its %s', (list) => {
  const { stack, all } = images();

  expect(plain(stack.resolve(all.manifest({ kind: 'Pod', spec: { [list]: [{ image: 'nginx' }] } })))).toEqual({ kind: 'Pod', spec: { [list]: [{ image: NGINX }] } });
});

test.each(['initContainers', 'extraContainers'])("a container of a chart's values needs no name among its %s", (list) => {
  const { stack, all } = images();

  expect(plain(stack.resolve(all.helmValues({ [list]: [{ image: 'nginx' }] })))).toEqual({ [list]: [{ image: NGINX }] });
});

test('a word in another list is no image', () => {
  const { stack, all } = images();

  expect(plain(stack.resolve(all.manifest({ spec: { pictures: [{ image: 'nginx' }] } })))).toEqual({ spec: { pictures: [{ image: 'nginx' }] } });
});
