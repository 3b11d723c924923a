#!/usr/bin/env bash
# The Echo example in TypeScript, Python, Java and Go (C# is in .ci/dotnet.sh): each as a user's project with the packages in $CI_DIR/dist, which
# .ci/packages.sh makes (they are made first where they are missing); all must synthesize the same templates, and a difference
# must be noticed. Downloads are kept where npm, pip and Go keep theirs, and in $CI_CACHE_DIR.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

if [ ! -d "$out/dist/js" ]; then
  CI_DIR=$out bash .ci/packages.sh
fi
languages=(typescript python java go)
cdk=$(node -p 'require("./package.json").devDependencies["aws-cdk-lib"]')
constructs=$(node -p 'require("./package.json").devDependencies.constructs')

# copy_example <language> <project>: what is in the repository, not what a developer's tools left beside it.
copy_example() {
  mkdir -p "$work/projects/$2"
  git ls-files -z --cached --others --exclude-standard "examples/echo/$1" \
    | tar --null --files-from=- --create --file=- | tar --extract --file=- --directory="$work/projects/$2" --strip-components=3
}

# copy_with_prefix <language> <prefix>: the project of that language again, its cache with another prefix.
copy_with_prefix() {
  local copy=$work/projects/$1-$2 file script
  case $1 in
    typescript) file=echo-stack.ts script="s/'Echo', {/& repositoryPrefix: '$2',/" ;;
    python) file=echo_stack.py script="s/\"Echo\",/& repository_prefix=\"$2\",/" ;;
    java) file=src/main/java/com/example/EchoStack.java script="s/create(this, \"Echo\")/&.repositoryPrefix(\"$2\")/" ;;
    go) file=echo_stack.go script="s/PullThroughCacheProps{/& RepositoryPrefix: jsii.String(\"$2\"),/" ;;
  esac
  mkdir "$copy"
  tar -C "$work/projects/$1" --exclude=./node_modules --exclude=./.venv --exclude=./target -cf - . | tar -C "$copy" -xf -
  for installed in node_modules .venv; do
    if [ -e "$work/projects/$1/$installed" ]; then
      ln -s "$work/projects/$1/$installed" "$copy/$installed"
    fi
  done
  change "$copy/$file" "$script"
}

install() { check "$1" ".ci/consumers/$2.sh" "$work/projects/$2" "$out/dist" "${@:3}"; }
synth() { check "$1" .ci/synth.sh "$2" "$work/projects/$3" "$work/assemblies/$4" "${@:5}"; }
same() { check "$1" node .ci/compare-templates.mjs "$work/assemblies/$2" "$work/assemblies/$3"; }
fails() { check "$1" refuses "${@:2}"; }

# projects with this build's packages
for language in "${languages[@]}"; do
  copy_example "$language" "$language"
done
install 'typescript: the npm package installs, types fit' typescript "$cdk" "$constructs"
check 'python: the CDK is there' venv "$cache/python-cdk-$cdk" "aws-cdk-lib==$cdk" "constructs==$constructs"
install 'python: the wheel installs' python "$cache/python-cdk-$cdk"
install 'java: the Maven package compiles with the example' java "$maven_repository"
install 'go: the module compiles with the example' go

# run directly with the placeholder, by the CDK CLI with an account
for language in "${languages[@]}"; do
  synth "$language: synthesizes" direct "$language" "$language"
  synth "$language: cdk synth with an account" cli "$language" "$language-cli" 210987654321
done
for language in python java go; do
  same "$language as typescript" typescript "$language"
  same "$language as typescript, by the CLI with an account" typescript-cli "$language-cli"
done

# the README's whole apps, as they are read there
readme_app() { awk -v fence='```'"$1" '$0 == fence { inside = !done; next } $0 == "```" { done = done || inside; inside = 0 } inside' README.md > "$2"; }
for language in typescript python; do
  project=$work/projects/$language-readme
  mkdir "$project"
  for installed in node_modules .venv; do
    if [ -e "$work/projects/$language/$installed" ]; then ln -s "$work/projects/$language/$installed" "$project/$installed"; fi
  done
done
readme_app ts "$work/projects/typescript-readme/app.ts"
readme_app python "$work/projects/python-readme/app.py"
echo '{"app": "npx tsx app.ts"}' > "$work/projects/typescript-readme/cdk.json"
echo '{"app": "python3 app.py"}' > "$work/projects/python-readme/cdk.json"
synth "README: the app in TypeScript synthesizes" direct typescript-readme typescript-readme
synth "README: the app in Python synthesizes" direct python-readme python-readme
same 'README: Python as TypeScript' typescript-readme python-readme

# maps of Java have another order in each run; three of them don't agree by chance
cp -R "$work/projects/java" "$work/projects/java-maps"
cp .ci/consumers/maps/MapsApp.java "$work/projects/java-maps/src/main/java/com/example/"
change "$work/projects/java-maps/cdk.json" 's/exec:java/& -Dexec.mainClass=com.example.MapsApp/'
for run in 1 2 3; do
  synth "java with maps of no order: synthesizes, run $run" direct java-maps "java-maps-$run"
done
same 'java with maps of no order: the second run as the first' java-maps-1 java-maps-2
same 'java with maps of no order: the third run as the first' java-maps-1 java-maps-3

# a difference is noticed
copy_with_prefix python other
synth 'python with another prefix: synthesizes' direct python-other python-other
fails 'python with another prefix: differs' 'expected "echo", got "other"' \
  node .ci/compare-templates.mjs "$work/assemblies/typescript" "$work/assemblies/python-other"
cp -R "$work/assemblies/go" "$work/assemblies/go-other"
change "$work/assemblies/go-other/EchoCache.template.json" 's/123456789012/210987654321/g'
fails 'another account: differs' '123456789012' \
  node .ci/compare-templates.mjs "$work/assemblies/typescript" "$work/assemblies/go-other"
mkdir "$work/assemblies/empty"
fails 'a missing template: differs' 'EchoCache.template.json: expected it, got none' \
  node .ci/compare-templates.mjs "$work/assemblies/typescript" "$work/assemblies/empty"
fails 'a template too many: differs' 'EchoCache.template.json: got it, expected none' \
  node .ci/compare-templates.mjs "$work/assemblies/empty" "$work/assemblies/typescript"

# errors say in every language what to do
for language in "${languages[@]}"; do
  copy_with_prefix "$language" Echo
  fails "$language with a bad prefix: fails" "got the repository prefix 'Echo', expected lower-case letters" \
    .ci/synth.sh direct "$work/projects/$language-Echo" "$work/assemblies/$language-Echo"
done
