"""GlusterFS: peers, volumes, bricks."""
