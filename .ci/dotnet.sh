#!/usr/bin/env bash
# The NuGet package, what NuGet shows of it, and the Echo example in C#, which gives the template of TypeScript. It needs the .NET SDK.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

dist=$out/dist
cdk=$(node -p 'require("./package.json").devDependencies["aws-cdk-lib"]')
constructs=$(node -p 'require("./package.json").devDependencies.constructs')
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DirectoryBuildPropsPath=$repo/projenrc/nuget/package.props
check 'npm and NuGet packages are made' npx jsii-pacmak -v --no-npmignore --outdir "$dist" --target js dotnet
unset DirectoryBuildPropsPath
check 'NuGet shows a page, the README and an icon' python3 .ci/inspect_packages.py nuget "$dist"

mkdir "$work/projects"
cp -R examples/echo/typescript examples/echo/csharp "$work/projects"
check 'typescript: the npm package installs' .ci/consumers/typescript.sh "$work/projects/typescript" "$dist" "$cdk" "$constructs"
check 'csharp: the example compiles without a warning' .ci/consumers/csharp.sh "$work/projects/csharp" "$dist"
for language in typescript csharp; do
  check "$language: synthesizes" .ci/synth.sh direct "$work/projects/$language" "$work/assemblies/$language"
done
check 'csharp as typescript' node .ci/compare-templates.mjs "$work/assemblies/typescript" "$work/assemblies/csharp"
