export default { output: 'export', distDir: 'dist', typescript: { ignoreBuildErrors: true } }
