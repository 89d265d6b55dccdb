/** What a reader of a page does, in order. */
export type Deed =
	/** Types this, and is shown that; undefined where the page does not say what. */
	| {
			readonly do: "type";
			readonly lines: string;
			readonly shown: string | undefined;
			readonly under: string;
	  }
	| { readonly do: "write"; readonly file: string; readonly text: string; readonly under: string };

/** Reads a page. @throws for a block that nobody would know what to do with */
export function readDeeds(page: string): readonly Deed[] {
	const deeds: Deed[] = [];
	for (const section of page.split(/^#+ /m)) {
		const under = section.slice(0, section.indexOf("\n"));
		for (const [, kind, text = ""] of section.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)) {
			const before = deeds.at(-1);
			const file = /^\/\/ (\S+)\n/.exec(text)?.[1];
			if (kind === "sh") deeds.push({ do: "type", lines: text, shown: undefined, under });
			else if (kind === "js" && file !== undefined) deeds.push({ do: "write", file, text, under });
			else if (kind === "text" && before?.do === "type" && before.shown === undefined)
				deeds.splice(-1, 1, { ...before, shown: text });
			else throw new Error(`nothing can be done with a block of “${kind}” under “${under}”`);
		}
	}
	return deeds;
}
