/**
 * Has to be imported first. The authorization engine warns, while it loads, of every Node release that has no LTS
 * name yet; this repository pins the release it is tested with. Anything else that is said there passes.
 */
const { warn } = console;
console.warn = (...words: unknown[]) => {
	if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
};
