import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { run } from "./run.ts";

const modules = join(import.meta.dirname, "../../node_modules");

/** A registry that has nothing but packages that are installed here, so that nothing is fetched from elsewhere. */
export interface Registry extends AsyncDisposable {
	readonly url: string;
}

/** @param folder for the tarballs */
export async function startRegistry(names: readonly string[], folder: string): Promise<Registry> {
	const tarballs = new Map<string, string>();
	const documents = new Map<string, (url: string) => object>();
	for (const name of names) {
		const from = join(modules, name);
		const told = run("npm", ["pack", from, "--pack-destination", folder, "--silent", "--ignore-scripts"]);
		const file = basename(told.trim());
		tarballs.set(`/tarballs/${file}`, join(folder, file));
		const { scripts: _, ...manifest } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
		documents.set(`/${name}`, (url) => ({
			name,
			"dist-tags": { latest: manifest.version },
			versions: { [manifest.version]: { ...manifest, dist: { tarball: `${url}/tarballs/${file}` } } },
		}));
	}
	const server = createServer(({ url: path = "" }, response) => {
		const asked = decodeURIComponent(path);
		const tarball = tarballs.get(asked);
		const document = documents.get(asked)?.(url);
		if (tarball !== undefined) response.end(readFileSync(tarball));
		else if (document !== undefined) response.end(JSON.stringify(document));
		else response.writeHead(404).end("{}");
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
