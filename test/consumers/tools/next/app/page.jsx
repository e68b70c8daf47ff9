'use client'

import { useEffect } from 'react'

export default function Page() {
  useEffect(() => {
    import('../votes.page.ts')
  }, [])
  return (
    <>
      <button type="button" value="tea">
        Tea
      </button>
      <p id="said" />
      <p id="counts" />
    </>
  )
}
