#!/usr/bin/env bash
# The Echo example in TypeScript, Python, Java and Go: each as a user's project with the packages in $CI_DIR/dist, which
# .ci/package.sh makes (it is run first where they are missing or old); all must synthesize the same templates, and a difference
# must be noticed.
# Wants Node.js with this repository's node_modules, Python, Java, Maven and Go. All output goes below $CI_DIR
# (default: a temporary folder, removed after a success); downloads are kept where npm, pip and Go keep theirs, and in $CI_CACHE_DIR.
set -euo pipefail
. "$(dirname "$0")/checks.sh"
cd "$repo"

if [ ! -d "$out/dist/js" ] || [ -n "$(find lib -newer "$out/dist/js" -type f)" ]; then
  .ci/package.sh
fi

languages=(typescript python java go)
cdk=$(node -p 'require("./package.json").devDependencies["aws-cdk-lib"]')
constructs=$(node -p 'require("./package.json").devDependencies.constructs')
echo "projects and assemblies go to $out, the CDK is $cdk with constructs $constructs"
rm -rf "$out/projects" "$out/assemblies"

# copy_example <language> <project>: what is in the repository, not what a developer's tools left beside it.
copy_example() {
  mkdir -p "$out/projects/$2"
  git ls-files -z --cached --others --exclude-standard "examples/echo/$1" \
    | tar --null --files-from=- --create --file=- | tar --extract --file=- --directory="$out/projects/$2" --strip-components=3
}

# copy_with_prefix <language> <prefix>: the project of that language again, its cache with another prefix.
copy_with_prefix() {
  local copy=$1-$2 file change
  case $1 in
    typescript) file=echo-stack.ts change="s/'Echo', {/& repositoryPrefix: '$2',/" ;;
    python) file=echo_stack.py change="s/\"Echo\",/& repository_prefix=\"$2\",/" ;;
    java) file=src/main/java/com/example/EchoStack.java change="s/create(this, \"Echo\")/&.repositoryPrefix(\"$2\")/" ;;
    go) file=echo_stack.go change="s/PullThroughCacheProps{/& RepositoryPrefix: jsii.String(\"$2\"),/" ;;
  esac
  mkdir "$out/projects/$copy"
  tar -C "$out/projects/$1" --exclude=./node_modules --exclude=./.venv --exclude=./target -cf - . | tar -C "$out/projects/$copy" -xf -
  for installed in node_modules .venv; do
    if [ -d "$out/projects/$1/$installed" ]; then
      ln -s "$out/projects/$1/$installed" "$out/projects/$copy/$installed"
    fi
  done
  sed -i.bak "$change" "$out/projects/$copy/$file"
  if cmp -s "$out/projects/$copy/$file" "$out/projects/$copy/$file.bak"; then
    echo "got no cache to change in $file of the $1 example" >&2
    return 1
  fi
  rm "$out/projects/$copy/$file.bak"
}

install() { check "$1" ".ci/consumers/$2.sh" "$out/projects/$2" "$out/dist" "${@:3}"; }
synth() { check "$1" .ci/synth.sh "$2" "$out/projects/$3" "$out/assemblies/$4" "${@:5}"; }
same() { check "$1" node .ci/compare-templates.mjs "$out/assemblies/$2" "$out/assemblies/$3"; }
fails() { check "$1" .ci/fails.sh "${@:2}"; }

part "projects with this build's packages"
for language in "${languages[@]}"; do
  copy_example "$language" "$language"
done
install 'typescript: the npm package installs, types fit' typescript "$cdk" "$constructs"
install 'python: the wheel installs' python
install 'java: the Maven package compiles with the example' java "$maven_repository"
install 'go: the module compiles with the example' go

part 'the examples ask for the CDK that the library is developed with'
check "python: aws-cdk-lib $cdk" grep -xF "aws-cdk-lib==$cdk" examples/echo/python/requirements.txt
check "java: aws-cdk-lib $cdk" grep -F "<cdk.version>$cdk</cdk.version>" examples/echo/java/pom.xml
check "go: awscdk $cdk" grep -F "github.com/aws/aws-cdk-go/awscdk/v2 v$cdk" examples/echo/go/go.mod

part 'run directly, with the placeholder and with an account'
for language in "${languages[@]}"; do
  synth "$language: synthesizes" direct "$language" "$language"
  synth "$language: synthesizes with an account" direct "$language" "$language-account" 210987654321
done

part 'the same templates'
for language in python java go; do
  same "$language as typescript" typescript "$language"
  same "$language as typescript, with an account" typescript-account "$language-account"
done

part 'by the CDK CLI'
for language in "${languages[@]}"; do
  synth "$language: cdk synth" cli "$language" "$language-cli" 210987654321
done
for language in python java go; do
  same "$language as typescript, by the CLI" typescript-cli "$language-cli"
done

part 'a difference is noticed'
copy_with_prefix python other
synth 'python with another prefix: synthesizes' direct python-other python-other
fails 'python with another prefix: differs' 'expected "echo", got "other"' \
  node .ci/compare-templates.mjs "$out/assemblies/typescript" "$out/assemblies/python-other"
fails 'another account: differs' '123456789012' \
  node .ci/compare-templates.mjs "$out/assemblies/typescript" "$out/assemblies/go-account"
mkdir "$out/assemblies/empty"
fails 'a missing template: differs' 'EchoCache.template.json: expected it, got none' \
  node .ci/compare-templates.mjs "$out/assemblies/typescript" "$out/assemblies/empty"
fails 'a template too many: differs' 'EchoCache.template.json: got it, expected none' \
  node .ci/compare-templates.mjs "$out/assemblies/empty" "$out/assemblies/typescript"

part 'errors say in every language what to do'
for language in "${languages[@]}"; do
  copy_with_prefix "$language" Echo
  fails "$language with a bad prefix: fails" "got the repository prefix 'Echo', expected lower-case letters" \
    .ci/synth.sh direct "$out/projects/$language-Echo" "$out/assemblies/$language-Echo"
done

finish
if [ -z "$given" ]; then
  rm -rf "$out"
fi
