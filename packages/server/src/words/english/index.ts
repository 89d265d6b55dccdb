import { createLanguage } from "../language.ts";
import { texts } from "./texts.ts";

export const english = createLanguage("en", texts);
