"""Clients that others' generators make from the OpenAPI document are generated and used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.test_api_commands_serve import ROOT, serving

CLIENTS = ROOT / "tests" / "clients"
GENERATOR = "openapi-python-client==0.29.1"
KEY = "generated-client-key"

pytestmark = [
    pytest.mark.install,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        os.environ.get("CI") != "true", reason="makes a virtual environment, which takes minutes: set CI=true"
    ),
]

PYTHON_USE = """
import json, sys
from hcpcs_client import AuthenticatedClient
from hcpcs_client.api.rest_v_1 import browse_codes, read_code, suggest
from hcpcs_client.models import SuggestRequest
client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
answer = suggest.sync(client=client, body=SuggestRequest(text="folding walker with wheels", k=1))
code = read_code.sync("E0144", client=client)
page = browse_codes.sync(client=client, section="E", limit=2)
unknown = read_code.sync("Z9999", client=client)
codes = [each.code for each in page.codes]
print(json.dumps([answer.suggestions[0].code, code.status, codes, unknown.status]))
"""
SCRIPT_USE = """
import { client } from './client.gen';
import { browseCodes, readCode, suggest } from './sdk.gen';
declare const process: { argv: string[] };
async function main() {
  const [url, key] = process.argv.slice(2);
  client.setConfig({ baseUrl: url, headers: { 'X-API-Key': key } });
  const answer = await suggest({ body: { text: 'folding walker with wheels', k: 1 } });
  const code = await readCode({ path: { code: 'E0144' } });
  const page = await browseCodes({ query: { section: 'E', limit: 2 } });
  const unknown = await readCode({ path: { code: 'Z9999' } });
  console.log(JSON.stringify([
    answer.data!.suggestions[0].code, code.data!.status, page.data!.codes.map((each) => each.code),
    (unknown.error as { status: number }).status,
  ]));
}
main();
"""
EXPECTED = ["E0143", "terminated", ["E0100", "E0130"], 404]


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed, outside the project's own environment."""
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def write_document(address: str, folder: Path) -> Path:
    """The document of the service, as a file."""
    path = folder / "openapi.json"
    path.write_bytes(httpx.get(f"{address}/schema", headers={"X-API-Key": KEY}).content)
    return path


def test_a_python_client(tmp_path: Path) -> None:
    """By openapi-python-client, in an environment of its own: its needs clash with the lock."""
    run(sys.executable, "-m", "venv", "venv", cwd=tmp_path)
    bin_folder = tmp_path / "venv" / "bin"
    run(bin_folder / "python", "-m", "pip", "install", "--quiet", GENERATOR, cwd=tmp_path)
    with serving(HCPCS_API_KEY=KEY) as (_, address):
        document = write_document(address, tmp_path)
        generate = ("generate", "--path", document, "--meta", "none", "--output-path", "hcpcs_client")
        said = run(bin_folder / "openapi-python-client", *generate, cwd=tmp_path)
        used = run(bin_folder / "python", "-c", PYTHON_USE, address, KEY, cwd=tmp_path)

    assert "WARNING" not in said.upper()
    assert json.loads(used) == EXPECTED


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_a_typescript_client(tmp_path: Path) -> None:
    """By @hey-api/openapi-ts; the types of the client and of the program that uses it are checked."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENTS / name, tmp_path)
    run("npm", "ci", "--no-audit", "--no-fund", cwd=tmp_path)
    tools = tmp_path / "node_modules" / ".bin"
    with serving(HCPCS_API_KEY=KEY) as (_, address):
        document = write_document(address, tmp_path)
        run(tools / "openapi-ts", "-i", document, "-o", "src", cwd=tmp_path)
        (tmp_path / "src" / "use.ts").write_text(SCRIPT_USE)
        options = ("--outDir", "built", "--module", "commonjs", "--target", "es2022", "--strict")
        libraries = ("--skipLibCheck", "--lib", "es2023,dom,dom.iterable")
        run(tools / "tsc", "src/use.ts", *options, *libraries, cwd=tmp_path)
        used = run("node", "built/use.js", address, KEY, cwd=tmp_path)

    assert json.loads(used) == EXPECTED
