/** Controls and format characters: byte order marks, soft hyphens, what sets the direction of text or joins letters. */
export const invisible = /[\p{Cc}\p{Cf}]/gu;
