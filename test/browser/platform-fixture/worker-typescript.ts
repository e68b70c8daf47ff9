import { serve } from './serve.ts'

serve({ core: 'typescript' })
