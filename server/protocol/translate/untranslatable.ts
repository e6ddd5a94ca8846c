/** Thrown inside a translation whose meaning would be lost, and caught at its one entrance. */
export class Untranslatable extends Error {}
