import type { Config } from "../config/index.ts";
import type { Asked, ExitCode } from "./command.ts";
import { dataProblem, settingsOf } from "./with-data.ts";

/** Does the work on where the move stands; says in words why the data cannot be had. */
export async function withMoveData(
	asked: Asked,
	work: (config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
	const config = settingsOf(asked);
	if (typeof config === "number") return config;
	try {
		return await work(config);
	} catch (error) {
		const words = dataProblem(error, config);
		if (words === undefined) throw error;
		asked.complain(words);
		return 1;
	}
}
