export declare const NODE_FLAGS: readonly string[];
export declare function toNodeEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
