import { readDockerfile } from '../../src/mirrors/dockerfile';

const read = (...lines: string[]) => readDockerfile(lines.join('\n'), {});

describe('what a Dockerfile is built from', () => {
  test('is what FROM, COPY --from, RUN --mount and the syntax directive name', () => {
    const { names, stages, unknown } = read(
      '# syntax=docker/dockerfile:1.7',
      'FROM --platform=$BUILDPLATFORM golang:1.24 AS Build',
      'RUN --mount=type=cache,target=/root --mount=type=bind,from=quay.io/team/tool:2,target=/tool go build',
      'from alpine',
      'COPY --from=build /app /app',
      'COPY --chown=1:1 --from=ghcr.io/team/files:3 / /',
      'FROM build',
    );
    expect({ names, stages, unknown }).toEqual({
      names: ['docker/dockerfile:1.7', 'golang:1.24', 'quay.io/team/tool:2', 'alpine', 'ghcr.io/team/files:3'], stages: ['build'], unknown: [],
    });
  });

  test('leaves out scratch, stages by name or number, comments, continued lines of other instructions and here-documents', () => {
    const { names } = read(
      '# FROM one',
      'FROM scratch AS empty',
      'FROM node:24 \\', '  # a comment in between', '  AS app',
      'RUN echo a && \\', '  FROM two',
      'RUN <<EOF', 'FROM three', 'EOF',
      'COPY <<-"END" /file', '\tFROM four', '\tEND',
      'COPY --from=0 / /',
      'COPY --from=APP / /',
      'ONBUILD COPY --from=five / /',
    );
    expect(names).toEqual(['node:24']);
  });

  test('continues lines by the character that a directive names', () => {
    expect(read('# escape=`', 'FROM `', 'mcr.example.com/windows:1', 'RUN dir C:\\', 'FROM node').names).toEqual(['mcr.example.com/windows:1', 'node']);
  });

  test.each([
    ["RUN bash -c 'cat <<EOF > /etc/app.conf\\n\\", 'port=1\\n\\', "EOF'"],
    ["RUN echo 'cat <<EOT'"],
    ['RUN ["sh", "-c", "cat <<EOT"]'],
    ['RUN cat <<NEVER'],
  ])('goes on behind what only looks like a here-document: %s', (...lines) => {
    expect(read('FROM node:24', ...lines, 'FROM nginx:1.27').names).toEqual(['node:24', 'nginx:1.27']);
  });

  test('joins continued lines with nothing in between', () => {
    expect(read('FROM node:2\\', '4', 'RUN --mount=type=bind,\\', 'from=busybox:1,target=/x true').names).toEqual(['node:24', 'busybox:1']);
  });

  test('takes the first word of the syntax directive, and flags in front of a command alone', () => {
    const { names } = read('# syntax=docker/dockerfile:1 foo=bar', 'FROM node', 'RUN --network=none true --mount=from=nope:1', 'RUN --mount=type=bind,FROM=busybox,"from=alpine" true', 'ONBUILD RUN <<EOT', 'FROM bad', 'EOT');
    expect(names).toEqual(['docker/dockerfile:1', 'node', 'busybox', 'alpine']);
  });

  test('reads Windows line ends and a byte order mark', () => {
    expect(readDockerfile('\uFEFFFROM node:24\r\nFROM nginx\r\n', {}).names).toEqual(['node:24', 'nginx']);
  });
});

describe('an argument in FROM', () => {
  const text = ['ARG VERSION=24', 'ARG REGISTRY="docker.io" BASE=$REGISTRY/library/node:${VERSION}', 'FROM $BASE', 'ARG VERSION=1', 'FROM node:${VERSION}-slim'].join('\n');

  test('has its default, which arguments of a stage leave alone', () => {
    expect(readDockerfile(text, {}).names).toEqual(['docker.io/library/node:24', 'node:24-slim']);
  });

  test('has the value that it is built with', () => {
    expect(readDockerfile(text, { VERSION: '26' }).names).toEqual(['docker.io/library/node:26', 'node:26-slim']);
  });

  test.each([['FROM node:${VERSION:-24}', 'node:24'], ['ARG SLIM=1\nFROM node:24${SLIM:+-slim}', 'node:24-slim'], ['FROM "node:24"', 'node:24']])(
    'takes the forms of Docker: %s', (line, name) => {
      expect(read(line).names).toEqual([name]);
    });

  test.each(['FROM node:$VERSION', 'ARG VERSION\nFROM node:$VERSION', 'FROM node:${VERSION#v}'])('without a value that is known is reported: %s', line => {
    expect(read(line)).toEqual({ names: [], stages: [], unknown: [expect.stringContaining('node:$')] });
  });
});
