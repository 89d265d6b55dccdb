/** What is taken over as it is. Left out: `private`, and the dependency that goes along as a folder. */
const kept = ["name", "version", "description", "license", "type", "sideEffects", "engines"] as const;

/** The `package.json` of the tarball, from the one of the sources: the same doors, to what was compiled. */
export function publishedManifest(source: unknown): Readonly<Record<string, unknown>> {
	const { exports, ...manifest } = source as {
		readonly exports: Readonly<Record<string, string>>;
	} & Readonly<Record<string, unknown>>;
	const doors = Object.entries(exports).map(([door, path]) => {
		const built = path.replace(/^\.\/src\//, "./dist/").replace(/\.ts$/, "");
		return [door, { types: `${built}.d.ts`, default: `${built}.js` }] as const;
	});
	return {
		...Object.fromEntries(kept.map((name) => [name, manifest[name]])),
		exports: { ...Object.fromEntries(doors), "./package.json": "./package.json" },
		files: ["dist"],
	};
}
