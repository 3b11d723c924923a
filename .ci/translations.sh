#!/usr/bin/env bash
# What jsii-rosetta makes of each example of the docstrings, the README and the guides compiles in Python and in Java. Of Go it writes a sketch that
# compiles in no library: types without their package, properties without a call. For C# a job on GitHub has the compiler. Takes the packages of
# .ci/packages.sh in $CI_DIR/dist, which are made first where they are missing.
. "$(dirname "${BASH_SOURCE[0]}")/checks.sh"
needs_compiled

if [ ! -d "$out/dist/js" ]; then
  CI_DIR=$out bash .ci/packages.sh
fi
dist=$out/dist
cdk=$(node -p 'require("./package.json").devDependencies["aws-cdk-lib"]')
constructs=$(node -p 'require("./package.json").devDependencies.constructs')
package=$work/package written=$work/written

tablet=
if [ -f .jsii.tabl.json ]; then tablet=$repo/.jsii.tabl.json; fi

translate() {
  node .ci/translations/gather.mjs "$package"
  (cd "$package" && "$repo/node_modules/.bin/jsii-rosetta" extract --strict ${tablet:+--cache-from "$tablet"} .)
  node .ci/translations/write.mjs "$package" "$written"
}

# The compilers end with a failure where one example has a fault; which one decides.
python() {
  mkdir "$work/wheel"
  (cd "$work/wheel" && python3 -m zipfile -e "$dist"/python/*.whl .)
  npm install --prefix "$work/tools" --no-save --silent pyright@1.1.414
  cat > "$written/pyrightconfig.json" <<END
{ "include": ["python"], "typeCheckingMode": "basic", "extraPaths": ["$work/wheel", "$cache/python-cdk-$cdk/lib/$(basename "$cache/python-cdk-$cdk"/lib/python3*)/site-packages"] }
END
  (cd "$written" && PYRIGHT_PYTHON_IGNORE_WARNINGS=1 "$work/tools/node_modules/.bin/pyright" --outputjson > python.json) || true
  node .ci/translations/count.mjs "$written" python
}

java() {
  cp -R examples/echo/java "$work/java"
  rm -rf "$work/java/target"
  .ci/consumers/java.sh "$work/java" "$dist" "$maven_repository"
  mvn -B -q -f "$work/java/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath "-Dmdep.outputFile=$work/classpath"
  (cd "$written" && javac --should-stop=ifError=FLOW -proc:none -Xmaxerrs 10000 -d classes -cp "$(cat "$work/classpath")" java/*/Fixture.java \
    > java.txt 2>&1) || true
  # a compiler that did not run finds no fault
  test -d "$written/classes" || grep -q ': error: ' "$written/java.txt"
  node .ci/translations/count.mjs "$written" java
}

faulty() {
  printf 'class Fixture { int uri = "text"; }\n' > "$written/java/example0/Fixture.java"
  (cd "$written" && javac -d bad java/example0/Fixture.java > java.txt 2>&1) || true
  node .ci/translations/count.mjs "$written" java
}

check 'every example is translated' translate
check 'python: the CDK is there' venv "$cache/python-cdk-$cdk" "aws-cdk-lib==$cdk" "constructs==$constructs"
check 'python: every translated example has its types' python
check 'java: every translated example compiles' java
cat "$written"/table.txt
check 'java: an example with a fault is named' refuses 'incompatible types' faulty
