"""Looks into the packages that jsii-pacmak made: python3 .ci/inspect_packages.py <check> <dist>

Ends with an AssertionError that says what is wrong.
"""

import email
import hashlib
import json
import pathlib
import re
import sys
import tarfile
import xml.etree.ElementTree as ET
import zipfile

REPO = pathlib.Path(__file__).parent.parent
PACKAGE = json.loads((REPO / "package.json").read_text())
CDK = PACKAGE["devDependencies"]["aws-cdk-lib"]
CONSTRUCTS = PACKAGE["devDependencies"]["constructs"]
TARGETS = PACKAGE["jsii"]["targets"]
MAVEN = "{http://maven.apache.org/POM/4.0.0}"

BELONGS = re.compile(r"package\.json|README\.md|LICENSE|NOTICE|API\.md|\.jsii(\.tabl\.json)?|lib/(?!functions/).+\.(js|d\.ts)|lib/functions/(contract|[a-z-]+-function)\.(js|d\.ts)|assets/.+/index\.js")


def the_one(dist: pathlib.Path, pattern: str) -> pathlib.Path:
    found = sorted(dist.glob(pattern))
    assert len(found) == 1, f"got {len(found)} files {pattern}, expected one: {[str(path) for path in found]}"
    return found[0]


def npm(dist):
    return the_one(dist, "js/*.tgz")


def wheel(dist):
    return the_one(dist, "python/*.whl")


def maven(dist, ending):
    java = TARGETS["java"]["maven"]
    folder = f"java/{java['groupId'].replace('.', '/')}/{java['artifactId']}"
    return the_one(dist, f"{folder}/*/{java['artifactId']}-{PACKAGE['version']}{ending}")


def go(dist, name):
    return the_one(dist, f"go/{TARGETS['go']['packageName']}/{name}")


def nuget(dist):
    return the_one(dist, f"dotnet/{TARGETS['dotnet']['packageId']}/*.csproj")


def wheel_metadata(dist):
    with zipfile.ZipFile(wheel(dist)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def pom_dependencies(dist):
    """What users of the Maven package get: name -> version."""
    return {
        f"{dependency.findtext(MAVEN + 'groupId')}:{dependency.findtext(MAVEN + 'artifactId')}": dependency.findtext(MAVEN + "version")
        for dependency in ET.parse(maven(dist, ".pom")).iter(MAVEN + "dependency")
    }


def go_requirements(dist):
    """What go.mod asks for itself: module -> version."""
    lines = go(dist, "go.mod").read_text().splitlines()
    found = (re.fullmatch(r"\t(\S+) v(\S+)( // indirect)?", line) for line in lines)
    return {match[1]: match[2] for match in found if match and not match[3]}


def nuget_references(dist):
    return {reference.get("Include"): reference.get("Version") for reference in ET.parse(nuget(dist)).iter("PackageReference")}


def complete(dist):
    for path in (npm(dist), wheel(dist), the_one(dist, "python/*.tar.gz"), maven(dist, ".jar"), maven(dist, ".pom"),
                 maven(dist, "-sources.jar"), maven(dist, "-javadoc.jar"), go(dist, "go.mod"), nuget(dist)):
        print(f"{path.relative_to(dist)}: {path.stat().st_size} bytes")


def contents(dist):
    with tarfile.open(npm(dist)) as archive:
        names = sorted(member.name.removeprefix("package/") for member in archive if not member.isdir())
    print("\n".join(names))
    strangers = [name for name in names if not BELONGS.fullmatch(name)]
    assert not strangers, f"got {strangers}, expected none of them: exclude them from the npm package"
    # tsc leaves behind what it made of sources that are no more
    orphans = [name for name in names if name.startswith("lib/")
               and not (REPO / "src" / re.sub(r"(\.d\.ts|\.js)$", ".ts", name.removeprefix("lib/"))).exists()]
    assert not orphans, f"got {orphans} without a source: remove lib/ and compile again"
    missing = {"package.json", "README.md", "LICENSE", ".jsii", "lib/index.js", "lib/index.d.ts"} - set(names)
    assert not missing, f"got no {sorted(missing)} in the npm package"


def same_build(dist):
    expected = npm(dist).read_bytes()
    for path in (wheel(dist), maven(dist, ".jar")):
        with zipfile.ZipFile(path) as archive:
            inner = [archive.read(name) for name in archive.namelist() if name.endswith(".tgz")]
        assert inner == [expected], f"got another build in {path.name} than in {npm(dist).name}"
    assert go(dist, "jsii/*.tgz").read_bytes() == expected, f"got another build in the Go module than in {npm(dist).name}"


def floors(dist):
    """As a caret range in npm, the same as a range in PyPI and NuGet, the very version in Maven and Go."""
    cdk, constructs = f"{CDK.split('.')[0]}", f"{CONSTRUCTS.split('.')[0]}"
    above_cdk, above_constructs = f"{int(cdk) + 1}.0.0", f"{int(constructs) + 1}.0.0"
    python = {re.split(r"[ <>=]", line)[0]: set(re.findall(r"[<>=]+[\d.]+", line))
              for line in wheel_metadata(dist).get_all("Requires-Dist")}
    got = {
        "npm": (PACKAGE["peerDependencies"]["aws-cdk-lib"], PACKAGE["peerDependencies"]["constructs"]),
        "PyPI": (python["aws-cdk-lib"], python["constructs"]),
        "Maven": (pom_dependencies(dist)["software.amazon.awscdk:aws-cdk-lib"], pom_dependencies(dist)["software.constructs:constructs"]),
        "Go": (go_requirements(dist)[f"github.com/aws/aws-cdk-go/awscdk/v{cdk}"],
               go_requirements(dist)[f"github.com/aws/constructs-go/constructs/v{constructs}"]),
        "NuGet": (nuget_references(dist)["Amazon.CDK.Lib"], nuget_references(dist)["Constructs"]),
    }
    expected = {
        "npm": (f"^{CDK}", f"^{CONSTRUCTS}"),
        "PyPI": ({f">={CDK}", f"<{above_cdk}"}, {f">={CONSTRUCTS}", f"<{above_constructs}"}),
        "Maven": (CDK, CONSTRUCTS),
        "Go": (CDK, CONSTRUCTS),
        "NuGet": (f"[{CDK},{above_cdk})", f"[{CONSTRUCTS},{above_constructs})"),
    }
    for registry, versions in got.items():
        print(registry, *versions)
        assert versions == expected[registry], f"got {versions} for {registry}, expected {expected[registry]}"


def dependencies(dist):
    """jsii's runtime and the annotations that its generated Java needs are the only others."""
    got = {
        "npm": set(PACKAGE.get("dependencies", {})) | set(PACKAGE["peerDependencies"]) | set(PACKAGE.get("bundledDependencies", [])),
        "PyPI": {re.split(r"[ <>=]", line)[0] for line in wheel_metadata(dist).get_all("Requires-Dist")},
        "Maven": {name.split(":")[1] for name in pom_dependencies(dist)},
        "Go": set(go_requirements(dist)),
        "NuGet": set(nuget_references(dist)),
    }
    expected = {
        "npm": {"aws-cdk-lib", "constructs"},
        "PyPI": {"aws-cdk-lib", "constructs", "jsii", "publication"},
        "Maven": {"aws-cdk-lib", "constructs", "jsii-runtime", "annotations", "javax.annotation-api"},
        "Go": {"github.com/aws/aws-cdk-go/awscdk/v2", "github.com/aws/constructs-go/constructs/v10", "github.com/aws/jsii-runtime-go"},
        "NuGet": {"Amazon.CDK.Lib", "Constructs", "Amazon.JSII.Runtime"},
    }
    for registry, names in got.items():
        assert names == expected[registry], f"got {sorted(names)} for {registry}, expected {sorted(expected[registry])}"


def documentation(dist):
    """An example that rosetta did not translate stays TypeScript in every language."""
    with zipfile.ZipFile(wheel(dist)) as archive:
        module = archive.read(f"{TARGETS['python']['module']}/__init__.py").decode()
    with zipfile.ZipFile(maven(dist, "-sources.jar")) as archive:
        java = "\n".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".java"))
    texts = {"Python": module, "Java": java, "Go": "\n".join(path.read_text() for path in dist.glob("go/*/*.go")),
             "C#": "\n".join(path.read_text() for path in dist.glob("dotnet/*/**/*.cs"))}
    wanted = {"Python": r"\bself, \"", "Java": r"\.Builder\.create\(this, ", "Go": r"jsii\.String\(", "C#": r"new \w+\(this, "}
    for language, text in texts.items():
        assert re.search(wanted[language], text), f"got no translated example in the {language} package"
        leftover = re.search(r"^.*import \{ .* \} from .*$", text, re.MULTILINE)
        assert not leftover, f"got TypeScript in the {language} package: {leftover[0].strip()}"


def metadata(dist):
    """What a registry shows beside the text: where the page is, what PyPI files it under, and where Maven's developers push to."""
    pom = ET.parse(maven(dist, ".pom"))
    found = {
        "the page in PyPI": wheel_metadata(dist)["Home-page"] or wheel_metadata(dist)["Project-URL"],
        "the page in Maven": pom.findtext(MAVEN + "url"),
        "the page in npm": PACKAGE.get("homepage"),
    }
    for name, url in found.items():
        print(f"{name}: {url}")
        assert url and url.startswith("https://") and not url.endswith(".git"), f"got {url!r} as {name}, expected an address that a browser shows"
    classifiers = wheel_metadata(dist).get_all("Classifier")
    missing = {"Framework :: AWS CDK", "Framework :: AWS CDK :: 2"} - set(classifiers)
    assert not missing, f"got no {sorted(missing)} among the classifiers of PyPI"
    push = pom.findtext(f"{MAVEN}scm/{MAVEN}developerConnection")
    assert push and push.startswith("scm:git:"), f"got {push!r} as developerConnection in the pom"
    sums = [(path, hashlib.new(path.suffix[1:], path.with_suffix("").read_bytes()).hexdigest())
            for ending in (".pom.md5", ".pom.sha1", ".pom.sha256", ".pom.sha512") for path in dist.glob(f"java/**/*[0-9]{ending}")]
    wrong = [path.name for path, expected in sums if path.read_text().strip() != expected]
    assert sums and not wrong, f"got checksums {wrong} of {len(sums)}, expected those of the pom"


def nuget_package(dist):
    """The package itself, which needs the .NET SDK: what NuGet shows is in the nuspec."""
    with zipfile.ZipFile(the_one(dist, "dotnet/*.nupkg")) as archive:
        names = set(archive.namelist())
        shown = {element.tag.split("}")[1]: element.text for element in
                 ET.fromstring(archive.read(next(name for name in names if name.endswith(".nuspec"))))[0]}
    print(shown)
    assert {"README.md", "icon.png"} <= names, f"got {sorted(names)}, expected a README and an icon"
    for name, expected in {"readme": "README.md", "icon": "icon.png"}.items():
        assert shown.get(name) == expected, f"got {shown.get(name)!r} as {name}, expected {expected}"
    assert shown.get("title"), "got no title"
    assert not (shown.get("projectUrl") or ".git").endswith(".git"), f"got {shown.get('projectUrl')!r} as the page"


CHECKS = {"nuget": nuget_package, "metadata": metadata, "complete": complete, "contents": contents, "same-build": same_build, "floors": floors, "dependencies": dependencies,
          "documentation": documentation}

if __name__ == "__main__":
    check, folder = sys.argv[1:]
    CHECKS[check](pathlib.Path(folder))
