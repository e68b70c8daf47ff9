/** `npm run bench`: what is measured, and how, is in bench/. */
import '../../bench/index.ts'
