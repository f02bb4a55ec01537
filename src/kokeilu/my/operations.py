"""What job seekers do on their own pages; no role holds any of it."""

from kokeilu.access.policy import declare_own

PAGE = declare_own("my.page")
