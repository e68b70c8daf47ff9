export declare const neededMajor: number
export declare function ensureNode(): string
export declare function lockedNode(name: string): string
